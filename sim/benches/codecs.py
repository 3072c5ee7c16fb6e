# SPDX-License-Identifier: Apache-2.0
"""Encoders and decoders of codes, with the results that the golden model gives."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.formats import Format, Overflow
from spikefloat.sim.benches.dut import Cases, Check, Contract, Dut, Port
from spikefloat.sim.golden.codec import decode_fixed, encode_fixed

__all__ = ["EXHAUSTIVE_BITS", "CodecDesign", "decoder_check", "encoder_check", "fixed_corners"]

#: Fixed-point numbers of at most this many bits, sign included, are all tried.
EXHAUSTIVE_BITS = 21

Array = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class CodecDesign:
    """An encoder or a decoder."""

    verilog: str  #: Text of a file with the design and all it is made of.
    module: str  #: Name of its top module.
    latency: int  #: Clocks from ``start`` to ``valid``.
    fmt: Format
    integer_bits: int
    fraction_bits: int

    def check(
        self,
        inputs: tuple[Port, ...],
        outputs: tuple[Port, ...],
        operands: Mapping[str, Array],
        expected: Mapping[str, Array],
    ) -> Check:
        """Return the check with these ports and cases."""
        dut = Dut(
            name=self.module,
            verilog=self.verilog,
            module=self.module,
            inputs=inputs,
            outputs=outputs,
            contract=Contract.HANDSHAKE,
            latency=self.latency,
        )
        return Check(dut=dut, cases=Cases(operands=operands, expected=expected))


def fixed_corners(fmt: Format, *, integer_bits: int, fraction_bits: int) -> Array:
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
    design: CodecDesign,
    overflow: Overflow | str | None,
    *,
    sample: int | None = None,
    seed: int = 1,
    numbers: tuple[Array, Array] | None = None,
) -> Check:
    """Return a check of an encoder.

    Parameters
    ----------
    design : CodecDesign
        What to check.
    overflow : Overflow or str, optional
        Its overflow policy.
    sample : int, optional
        Number of random cases, besides :func:`fixed_corners` with either sign. By default, every
        number is tried if it has at most ``EXHAUSTIVE_BITS`` bits, and 100,000 otherwise.
    seed : int
        Seed of the random cases.
    numbers : pair of array of int, optional
        Magnitudes and signs to try, and no others.
    """
    fmt, fraction_bits = design.fmt, design.fraction_bits
    width = design.integer_bits + fraction_bits
    if numbers is not None:
        value, sign = numbers
    elif sample is None and width < EXHAUSTIVE_BITS:
        every = np.arange(1 << (width + 1))
        value, sign = every & (1 << width) - 1, every >> width
    else:
        source = np.random.default_rng(seed)
        corners = fixed_corners(fmt, integer_bits=design.integer_bits, fraction_bits=fraction_bits)
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
    return design.check(
        (Port("value", width), Port("sign", 1)),
        (Port("code", fmt.width, fmt=fmt),),
        {"value": value, "sign": sign},
        {"code": encode_fixed(fmt, value, sign, fraction_bits=fraction_bits, overflow=overflow)},
    )


def decoder_check(design: CodecDesign, codes: Array | None = None) -> Check:
    """Return a check of a decoder: every code, or only some."""
    fmt, width = design.fmt, design.integer_bits + design.fraction_bits
    codes = np.arange(1 << fmt.width) if codes is None else codes
    fixed = decode_fixed(
        fmt, codes, integer_bits=design.integer_bits, fraction_bits=design.fraction_bits
    )
    flags = (Port(name, 1) for name in ("sign", "nan", "overflow"))
    return design.check(
        (Port("code", fmt.width, fmt=fmt),),
        (Port("value", width), *flags),
        {"code": codes},
        fixed._asdict(),
    )
