# SPDX-License-Identifier: Apache-2.0
"""Judge the counterpart of each of TestFloat's functions, in each mode, by Berkeley SoftFloat.

The table of docs/explanation/verification.md says which design is the counterpart of which function.
For each of them vectors are made of directed and random operands, with what SoftFloat gives, in the form of
TestFloat, and read by ``spikefloat verify --vectors``, which simulates the neuron graph. SoftFloat
comes from PyPI as ``softfloatpy``, which is no part of the development environment; it has every mode
but ``odd``. Rows go to ``docs/data/testfloat.csv``; what is there is not run again::

    python -m pip install --target build/softfloat --no-deps softfloatpy
    PYTHONPATH=build/softfloat python scripts/testfloat.py
"""

import csv
import datetime
import importlib
import io
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.sim.exchange.vector_files import Vectors, print_vectors
from spikefloat.sim.golden.operations import expected_rounded, find_operation, wide_cases
from spikefloat.sim.golden.rounding import INEXACT, INVALID, Rounder

__all__ = [
    "MODES",
    "Counterpart",
    "counterparts",
    "judge",
    "main",
    "run_command",
    "softfloat_vectors",
]

_ROOT = Path(__file__).parent.parent
_KEPT = _ROOT / "docs/data/testfloat.csv"
_COLUMNS = ("function", "mode", "exact", "vectors", "wrong", "date")

#: Formats by the letters of TestFloat.
_FORMATS = {"f16": "binary16", "f32": "binary32", "f64": "binary64", "bf16": "bfloat16"}

#: Modes by the names of TestFloat, and as options call them.
MODES = {
    "near_even": "rne",
    "minMag": "rtz",
    "min": "rdn",
    "max": "rup",
    "near_maxMag": "rna",
    "odd": "odd",
}

#: Vectors of a function in a mode, at most.
_MOST = 1000

_ROW = re.compile(r"^\| `(\S*\{f\}\S*)` \| `([^`]+)` \| ([a-z0-9 ]+) \| (all|rtz|-) \|$", re.M)


class Counterpart(NamedTuple):
    """A function of TestFloat, and the design that is its counterpart."""

    function: str
    design: str
    options: dict[str, str]  #: Of the design, its format among them.
    modes: tuple[str, ...]  #: Names of TestFloat; empty if it does not round.

    @property
    def may_be_inexact(self) -> bool:
        """Whether it has a variant that does not raise inexact: ``-notexact``."""
        return bool(re.search(r"roundToInt|_to_u?i\d", self.function))

    @property
    def command(self) -> str:
        """Design and options as ``spikefloat`` takes them."""
        return " ".join([self.design, *(f"--{key} {word}" for key, word in self.options.items())])


def counterparts() -> list[Counterpart]:
    """Return what the table of docs/explanation/verification.md says."""
    text = (_ROOT / "docs/explanation/verification.md").read_text(encoding="utf-8")
    every = {"all": tuple(MODES), "rtz": ("minMag",), "-": ()}
    return [
        Counterpart(
            pattern.replace("{f}", letters),
            design,
            {"format": _FORMATS[letters], **dict(_pairs(words))},
            every[modes],
        )
        for pattern, command, names, modes in _ROW.findall(text)
        for letters in names.split()
        for design, *words in [command.split()]
    ]


def _pairs(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    return zip((word[2:] for word in words[::2]), words[1::2], strict=True)


def run_command(words: str) -> str:
    """Return what ``spikefloat`` prints."""
    command = [sys.executable, "-m", "spikefloat", *words.split()]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False).stdout


def judge(
    one: Counterpart, mode: str | None, text: str, run: Callable[[str], str] = run_command
) -> tuple[int, int]:
    """Return how many vectors were compared with a neuron graph, and how many were wrong.

    Parameters
    ----------
    one : Counterpart
        The function and its design.
    mode : str, optional
        A name of :data:`MODES`; None for a function that does not round.
    text : str
        Lines of vectors.
    run : callable
        Called with the words of a command behind ``spikefloat``; returns what it prints.
    """
    options = "" if mode is None else f" --rounding {MODES[mode]}"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "vectors.txt"
        path.write_text(text, encoding="ascii")
        command = f"verify {one.command} --flags{options} --vectors {path} --json --quiet"
        (row,) = json.loads(run(command))["results"]
    if row["mismatches"]:
        print(one.function, mode, row["report"], sep="\n", file=sys.stderr)
    return row["cases"], row["mismatches"]


def softfloat_vectors(one: Counterpart, mode: str | None, *, is_exact: bool = True) -> str:
    """Return lines as TestFloat prints them, with results and flags of SoftFloat.

    An invalid conversion to an integer has the result of RISC-V, which is another one of SoftFloat's
    specializations; of the flags of one that is not exact, inexact is that of the golden model.

    Parameters
    ----------
    one : Counterpart
        The function and its design.
    mode : str, optional
        A name of :data:`MODES` but ``odd``; None for a function that does not round.
    is_exact : bool
        Whether inexact results raise a flag.
    """
    rounding = {} if mode is None else {"rounding": MODES[mode]}
    instance = make_instance(one.design, flags="after", **one.options, **rounding)
    circuit = instance.circuit
    rows = wide_cases(one.design, circuit.format, _MOST // 2)
    operands = list(rows[:: -(-len(rows) // _MOST)].T)
    rounder = Rounder(circuit.rounding.mode or Rounder().mode)
    policy = circuit.overflow if instance.design.rounds else None
    golden = expected_rounded(one.design, circuit.format, operands, policy, circuit.to, rounder)
    results, flags = _softfloat(one.function, mode, operands, is_exact=is_exact)
    if re.search(r"_to_u?i\d", one.function):
        results = np.where(flags & INVALID, golden.codes, results)
    if not is_exact:
        flags |= golden.flags & INEXACT
    width = find_operation(one.design).result_width(circuit.format, circuit.to)
    widths = list(instance.operand_widths.values())
    return print_vectors(Vectors(operands, results, flags), widths, width)


def _softfloat(
    function: str, mode: str | None, operands: Sequence[NDArray[np.int64]], *, is_exact: bool
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return codes and flags of SoftFloat for each case."""
    library: Any = importlib.import_module("softfloatpy")
    name = re.sub(r"_r_minMag$", "", function)
    name = name.replace("mulAdd", "mul_add").replace("roundToInt", "round_to_int")
    call = getattr(library, name)
    takes = _types(library, name, len(operands))
    selected = library.RoundingMode[mode.replace("Mag", "_mag").upper()] if mode else None
    exact = (selected, is_exact) if re.search(r"round_to_int|_to_u?i\d", name) else ()
    library.set_tininess_mode(library.TininessMode.AFTER_ROUNDING)
    if selected is not None:
        library.set_rounding_mode(selected)
    codes, flags = [], []
    for case in zip(*(own.tolist() for own in operands), strict=True):
        library.set_exception_flags(0)
        given = [
            kind.from_bytes(_bytes(kind, code)) for kind, code in zip(takes, case, strict=True)
        ]
        result = call(*given, *exact)
        codes.append(
            result if isinstance(result, bool) else int.from_bytes(result.to_bytes(), "big")
        )
        flags.append(int(library.get_exception_flags()))
    return np.array(codes, np.uint64).astype(np.int64), np.array(flags)


def _types(library: Any, name: str, count: int) -> list[Any]:
    """Return the types of the operands of a function."""
    kinds = {"f": "Float", "bf": "BFloat", "i": "Int", "ui": "UInt"}
    letters, bits = re.match(r"([a-z]+)(\d+)_", name).groups()  # type: ignore[union-attr]
    return [getattr(library, kinds[letters] + bits)] * count


def _bytes(kind: Any, code: int) -> bytes:
    """Return a code as the bytes of a type; codes of 64 bits may be numbers in two's complement."""
    size = kind.size() // 8
    return (code % (1 << 8 * size)).to_bytes(size, "big")


def main() -> None:
    """Judge what has no row yet, and add its row."""
    found = _KEPT.read_text(encoding="utf-8") if _KEPT.exists() else ",".join(_COLUMNS) + "\n"
    done = {
        (row["function"], row["mode"], row["exact"]) for row in csv.DictReader(io.StringIO(found))
    }
    _KEPT.write_text(found, encoding="utf-8")
    for one in counterparts():
        modes = [mode for mode in one.modes if mode != "odd"] or [None]
        for mode in modes:
            for is_exact in (True, False)[: 1 + one.may_be_inexact]:
                key = one.function, mode or "-", "yes" if is_exact else "no"
                if key in done:
                    continue
                counted = judge(one, mode, softfloat_vectors(one, mode, is_exact=is_exact))
                row = (*key, *counted, datetime.datetime.now(tz=datetime.UTC).date())
                with _KEPT.open("a", encoding="utf-8") as file:
                    file.write(",".join(map(str, row)) + "\n")


if __name__ == "__main__":
    main()
