# SPDX-License-Identifier: Apache-2.0
"""Checking encoder, decoder and step-by-step arithmetic against the golden model."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spikefloat.rtl_gen.formats import Format, Overflow
from spikefloat.sim.benches.handshake import HandshakeCases, HandshakeDesign, Port, run_handshake
from spikefloat.sim.golden.codec import decode_fixed, encode_fixed
from spikefloat.sim.golden.operations import expected

__all__ = [
    "EXHAUSTIVE_BITS",
    "HandshakeCheck",
    "HandshakeResult",
    "decoder_check",
    "encoder_check",
    "fixed_corners",
    "operation_check",
    "verify_handshake",
]

#: Fixed-point numbers of at most this many bits, sign included, are all tried.
EXHAUSTIVE_BITS = 21

#: How many copies of a design work side by side, from so many cases on: more copies take longer to
#: build, fewer take longer to run.
_LANES = ((1 << 18, 32), (1 << 15, 8), (1 << 12, 4), (0, 1))

#: How many wrong cases a report shows.
_SHOWN = 8


@dataclass(frozen=True, kw_only=True)
class HandshakeCheck:
    """A design, operands, and what must come of them."""

    cases: HandshakeCases
    expected: Mapping[str, NDArray[np.int64]]  #: By the names of the results.


@dataclass(frozen=True, kw_only=True)
class HandshakeResult:
    """How one design did."""

    name: str
    simulator: str
    cases: int  #: How many cases were checked.
    mismatches: int  #: How many of them were wrong.
    seconds: float  #: Time to build and drive all designs of the same build.
    report: str  #: The first wrong cases in words, or nothing.


def fixed_corners(fmt: Format, *, integer_bits: int, fraction_bits: int) -> NDArray[np.int64]:
    """Return magnitudes around every value of a format, and around every tie between two."""
    codes = np.arange(fmt.max_code + 1)
    # One bit finer than the magnitudes, so that ties are not rounded away.
    values = decode_fixed(
        fmt, codes, integer_bits=integer_bits + 1, fraction_bits=fraction_bits + 1
    ).value
    # The last tie is the one between the largest value and overflow.
    steps = np.diff(values)
    ties = values + np.append(steps, steps[-1]) // 2
    near = np.concatenate([values, ties]) // 2
    largest = (1 << (integer_bits + fraction_bits)) - 1
    corners = np.concatenate([near - 1, near, near + 1, [0, 1, largest - 1, largest]])
    return np.unique(corners[(corners >= 0) & (corners <= largest)])


def encoder_check(
    *,
    name: str,
    verilog: str,
    module: str,
    latency: int,
    fmt: Format,
    overflow: Overflow | str | None,
    integer_bits: int,
    fraction_bits: int,
    sample: int | None = None,
    seed: int = 1,
) -> HandshakeCheck:
    """Return a check of an encoder.

    Parameters
    ----------
    sample
        Number of random cases, besides :func:`fixed_corners` with either sign. By default, every
        number is tried if it has at most ``EXHAUSTIVE_BITS`` bits, and 100,000 otherwise.
    """
    width = integer_bits + fraction_bits
    if sample is None and width < EXHAUSTIVE_BITS:
        numbers = np.arange(1 << (width + 1))
        value, sign = numbers & (1 << width) - 1, numbers >> width
    else:
        source = np.random.default_rng(seed)
        corners = fixed_corners(fmt, integer_bits=integer_bits, fraction_bits=fraction_bits)
        count = 100_000 if sample is None else sample
        # As many of each length, since most numbers of all are long.
        random = source.integers(0, 1 << width, count) >> source.integers(0, width, count)
        value = np.concatenate([corners, corners, random])
        sign = np.concatenate(
            [
                np.zeros(corners.size, np.int64),
                np.ones(corners.size, np.int64),
                source.integers(0, 2, count),
            ]
        )
    design = HandshakeDesign(
        name=name,
        verilog=verilog,
        module=module,
        latency=latency,
        operands=(Port("value", width), Port("sign", 1)),
        results=(Port("code", fmt.width),),
    )
    wanted = encode_fixed(fmt, value, sign, fraction_bits=fraction_bits, overflow=overflow)
    return _check(design, (value, sign), {"code": wanted})


def decoder_check(
    *,
    name: str,
    verilog: str,
    module: str,
    latency: int,
    fmt: Format,
    integer_bits: int,
    fraction_bits: int,
) -> HandshakeCheck:
    """Return a check of a decoder: every code."""
    codes = np.arange(1 << fmt.width)
    fixed = decode_fixed(fmt, codes, integer_bits=integer_bits, fraction_bits=fraction_bits)
    width = integer_bits + fraction_bits
    design = HandshakeDesign(
        name=name,
        verilog=verilog,
        module=module,
        latency=latency,
        operands=(Port("code", fmt.width),),
        results=(Port("value", width), Port("sign", 1), Port("nan", 1), Port("overflow", 1)),
    )
    return _check(design, (codes,), fixed._asdict())


def operation_check(
    *,
    name: str,
    verilog: str,
    module: str,
    latency: int,
    operation: str,
    fmt: Format,
    overflow: Overflow | str | None,
    operands: Sequence[ArrayLike],
) -> HandshakeCheck:
    """Return a check of a float operation of two operands."""
    codes = tuple(np.asarray(values, np.int64) for values in operands)
    design = HandshakeDesign(
        name=name,
        verilog=verilog,
        module=module,
        latency=latency,
        operands=(Port("a", fmt.width), Port("b", fmt.width)),
        results=(Port("y", fmt.width),),
    )
    return _check(design, codes, {"y": expected(operation, fmt, codes, overflow)})


def verify_handshake(
    checks: Sequence[HandshakeCheck],
    simulator: str,
    build_dir: Path,
    *,
    progress: Callable[[str], None] | None = None,
) -> list[HandshakeResult]:
    """Drive designs, all in one build, and compare each result with the expected one.

    Parameters
    ----------
    checks
        Designs, operands and results.
    simulator
        "icarus" or "verilator".
    build_dir
        Folder for all that is written.
    progress
        Called with a few words at the start of each step.

    Returns
    -------
    list
        One result for each design, in the same order. Wrong results are reported there, not
        raised.

    Raises
    ------
    BenchError
        If the build fails, or an operation takes other than its time.
    ToolError
        If the simulator is missing.
    """
    start = time.perf_counter()
    found = run_handshake(
        [check.cases for check in checks], simulator, build_dir, progress=progress
    )
    seconds = time.perf_counter() - start
    return [
        _compare(check, results, simulator, seconds)
        for check, results in zip(checks, found, strict=True)
    ]


def _check(
    design: HandshakeDesign,
    operands: tuple[NDArray[np.int64], ...],
    wanted: Mapping[str, NDArray[np.int64]],
) -> HandshakeCheck:
    lanes = next(lanes for least, lanes in _LANES if len(operands[0]) >= least)
    return HandshakeCheck(
        cases=HandshakeCases(design=design, operands=operands, lanes=lanes), expected=wanted
    )


def _compare(
    check: HandshakeCheck, results: Mapping[str, NDArray[np.int64]], simulator: str, seconds: float
) -> HandshakeResult:
    design, operands = check.cases.design, check.cases.operands
    count = len(operands[0])
    is_wrong = np.zeros(count, bool)
    for name, wanted in check.expected.items():
        if len(results[name]) != count or len(wanted) != count:
            raise AssertionError(
                f"Number of results of {design.name} must be {count}, not {len(results[name])}"
            )
        is_wrong |= results[name] != wanted
    wrong = np.flatnonzero(is_wrong)
    lines = [f"{design.name}: {wrong.size} of {count} results wrong"]
    for case in wrong[:_SHOWN]:
        given = _words(
            {p.name: values[case] for p, values in zip(design.operands, operands, strict=True)}
        )
        got = _words({name: results[name][case] for name in check.expected})
        wanted_words = _words({name: values[case] for name, values in check.expected.items()})
        lines.append(f"  {given}: got {got}, expected {wanted_words}")
    return HandshakeResult(
        name=design.name,
        simulator=simulator,
        cases=count,
        mismatches=int(wrong.size),
        seconds=seconds,
        report="\n".join(lines) if wrong.size else "",
    )


def _words(values: Mapping[str, int]) -> str:
    return " ".join(f"{name}={int(value):#x}" for name, value in values.items())
