#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Install what the project needs. Called by the Makefile; see `make help`.
#
# Usage: scripts/setup.sh python VENV   a virtual environment with all Python packages
#        scripts/setup.sh simulators VENV  there, Norse, snnTorch and NEST, for exported networks
#        scripts/setup.sh icarus        Icarus Verilog, from the system's package manager
#        scripts/setup.sh chromium      Chromium, likewise, which opens the report in a test
#
# Where the user may install system packages (root, or sudo without a password, or Homebrew), what
# is missing is installed; else one sentence names the command to run. PYTHON=... names the Python to
# use; by default it is that of a VENV that is there, or else the first on the search path, or the
# system's where that is clearly quicker.
set -euo pipefail

SYSTEM_PYTHON=${SYSTEM_PYTHON-/usr/bin/python3}

fail() {
    echo "error: $*" >&2
    exit 1
}

is_root_or_may_sudo() {
    [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null
}

# need NOUN APT-PACKAGE BREW-PACKAGE TEST...: make sure that the command TEST succeeds.
need() {
    local noun=$1 apt=$2 brew=$3
    shift 3
    "$@" >/dev/null 2>&1 && return
    if command -v apt-get >/dev/null; then
        local as_root=()
        [ "$(id -u)" -eq 0 ] || as_root=(sudo -n)
        if is_root_or_may_sudo; then
            echo "Installing $apt"
            "${as_root[@]}" apt-get update -qq &&
                "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$apt" \
                    >/dev/null || true
        fi
        "$@" >/dev/null 2>&1 ||
            fail "$noun is not installed; run \`sudo apt-get install -y $apt\`"
    elif command -v brew >/dev/null; then
        echo "Installing $brew"
        brew install --quiet "$brew" >/dev/null || true
        "$@" >/dev/null 2>&1 || fail "$noun is not installed; run \`brew install $brew\`"
    else
        fail "$noun is not installed; install the package $apt or $brew"
    fi
}

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

python_version() {
    "$1" -c 'import sys; print(f"{sys.version_info[0]}.{sys.version_info[1]}")'
}

has_venv() {
    "$1" -c 'import ensurepip, venv' 2>/dev/null
}

has_tkinter() {
    "$1" -c 'import tkinter' 2>/dev/null
}

# Print how many microseconds a Python takes for a short loop, at its best.
loop_time() {
    "$1" -c 'import time, timeit
loop = timeit.Timer("for i in range(100000): x = i * i % 7", timer=time.process_time)
print(round(1e6 * min(loop.repeat(50, 1))))'
}

# Print the name of a Python that is new enough: the one asked for, or the first that is found. A
# Python that was compiled without profile-guided optimisation, as pyenv does it by default, takes
# a fifth longer for a loop than a distribution's, and an eighth longer for the tests.
find_python() {
    local name
    for name in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
        is_new_enough "$name" || continue
        if [ -z "${PYTHON:-}" ] && is_new_enough "$SYSTEM_PYTHON" &&
            { { has_venv "$SYSTEM_PYTHON" && has_tkinter "$SYSTEM_PYTHON"; } || is_root_or_may_sudo; } &&
            [ $((20 * $(loop_time "$SYSTEM_PYTHON"))) -lt $((19 * $(loop_time "$name"))) ]; then
            name=$SYSTEM_PYTHON
        fi
        echo "$name" && return
    done
    name=${PYTHON:-python3}
    fail "Python must be 3.11 or newer, not $("$name" --version 2>/dev/null || echo missing):" \
        "run \`make PYTHON=...\` with one that is"
}

# Make an environment of a Python that is found. One that is there and works keeps its Python unless
# another is asked for: what belongs to one does not run in another.
make_environment() {
    local venv=$1 python version
    if [ -z "${PYTHON:-}" ] && is_new_enough "$venv/bin/python" &&
        "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
        echo "Setting up $venv again with $("$venv/bin/python" --version)"
        return
    fi
    python=$(find_python)
    version=$(python_version "$python")
    # Debian keeps these apart from Python. cocotb loads Python into the simulator; a test runs a
    # script for Vivado in the Tcl of tkinter, which a Python of the user's own has or has not.
    need "Python's venv module" "python$version-venv" "python@$version" has_venv "$python"
    [ "$python" != "$SYSTEM_PYTHON" ] ||
        need "Python's module tkinter" python3-tk "python-tk@$version" has_tkinter "$python"
    echo "Setting up $venv with $("$python" --version): this takes a minute or two"
    "$python" -m venv --clear "$venv"
}

setup_python() {
    local venv=$1 version
    make_environment "$venv"
    # Verilator writes C++, and its command is a Perl script.
    need "C++ compiler" g++ gcc command -v c++
    need "Perl" perl perl perl -MFindBin -MPod::Usage -e 1
    version=$(python_version "$venv/bin/python")
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -e '.[test]'
    need "Python's shared library" "libpython$version" "python@$version" \
        "$venv/bin/python" -c 'import find_libpython, sys
sys.exit(find_libpython.find_libpython() is None)'
}

case "${1:-}" in
    python) setup_python "${2:?}" ;;
    simulators)
        echo "Setting up Norse, snnTorch (both with PyTorch) and NEST in ${2:?}"
        "$2/bin/python" -m pip install --quiet --disable-pip-version-check \
            -e '.[norse,snntorch,nest]'
        ;;
    icarus) need "Icarus Verilog" iverilog icarus-verilog command -v iverilog ;;
    chromium) need Chromium chromium chromium command -v chromium ;;
    *) fail "First argument must be python, simulators, icarus or chromium, not '${1:-}'" ;;
esac
