#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Measures what the pages show of FPGAs into docs/data, from which `python docs/tables.py` makes the
# tables. Takes about an hour of one core. The numbers depend on the circuits and on the versions of
# Yosys and nextpnr, which every row names. `measure_fpga.sh spiking boards` does only some.
set -euo pipefail
cd "$(dirname "$0")/../.."
chosen=" $* "
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

measure() {  # NAME ARGUMENTS...: rows of the command into fpga_NAME.csv
    local name=$1
    shift
    [[ $chosen == "  " || $chosen == *" $name "* ]] || return 0
    echo "$name" >&2
    python -m spikefloat "$@" --csv --quiet > "$work/rows"
    mv "$work/rows" "docs/data/fpga_$name.csv"
}

units="multiply,add --style spiking --target ecp5"
dot="dot --length 16 --accumulate exact"
# shellcheck disable=SC2086
{
    measure spiking synth $units --objective structure,neurons
    measure spiking_memory synth $units --objective structure,neurons,depth --delays memory
    measure leak synth multiply --style spiking --objective neurons --residue leak --leak 25/256 \
        --target ecp5
    measure stream synth multiply --style spiking --stream --target ecp5
    measure dot synth $dot --target ecp5,generic6
    for delay in 12 13 13.5; do
        measure dot_delay_$delay synth $dot --target ecp5 --delay $delay
    done
    measure dot_luts synth $dot --target ecp5,generic6 --objective luts
    measure block_dot_16 synth block_dot --block-size 16 --target generic6 --objective luts
    measure block_sum_16 synth block_sum --block-size 16 --target generic6 --objective luts
    measure array_32 synth linear --shape array --lanes 2x4 --inputs 32 --outputs 32 --target ecp5
    measure array_256 synth linear --shape array --lanes 2x4 --inputs 256 --outputs 256 \
        --target ecp5
    measure boards board ulx3s-25f,icebreaker,upduino,tangnano9k --bitstream -o build/boards
    measure network board ulx3s --network digits --bitstream -o build/boards
}
if [[ $chosen == "  " || $chosen == *" decoder "* ]]; then
    python -m spikefloat generate --tokens 1 --sim verilator -o build --quiet
    measure decoder synth build/decoder.v --target ecp5-85f --seeds 1
fi
if [[ $chosen == "  " || $chosen == *" quality "* ]]; then
    # Status 1 says that something asked for is not met; the pages say so, too.
    python benchmarks/fpga_quality.py --json > "$work/rows" || [[ $? == 1 ]]
    mv "$work/rows" rtl_gen/cli/pages/data/fpga_quality.json  # which the report shows, too
fi
