# SPDX-License-Identifier: Apache-2.0
"""A multiplier of depth 2, the least there is: the sign alone is an exclusive or.

Fix the fraction of ``a``. One step of its exponent is worth as many codes of ``b`` as there are
fractions, so the result is a staircase in ``u = (codes of a's exponent) + b``. "The fraction of a
is i, and u >= t" is a single neuron: the fraction gets weights so large that only a full match can
reach the threshold. A result bit is then an alternating sum of the steps at which it changes:

    bit     ______|'''''|_______|''''      = step 1 - step 2 + step 3
    steps         1     2       3          along u

A subnormal operand breaks the staircase. So each of its few codes has a row of its own: a neuron
that recognises it takes 2 from the sum, which silences the staircases, and the row has its own
steps, which weigh more. Infinite and NaN operands outweigh all that.

Many neurons with large weights, but a whole multiplication in the time of two.
"""

from collections.abc import Iterable, Sequence

from spikefloat.rtl_gen.circuits.parts.products import has_magnitude_codes, product_magnitudes
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import Format, NanEncoding, Overflow, resolve_overflow
from spikefloat.rtl_gen.neurons.builder import Bit, NeuronGraphBuilder, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary

__all__ = ["two_deep_multiply"]

_STAIR, _ROW, _SILENCE, _SPECIAL, _NAN = 1, 5, -2, 16, 64


def two_deep_multiply(
    gates: GateLibrary, fmt: Format, a: Word, b: Word, overflow: Overflow | None = None
) -> Word:
    """Return the code of ``a * b`` after two neurons, with weights that need the budget ``free``.

    Raises
    ------
    ValueError
        If NaN is not among the magnitude codes of the format, or the policy does not fit.
    """
    policy = resolve_overflow(fmt, overflow)
    if not has_magnitude_codes(fmt):
        raise InputError(f"Format must have a negative zero, not {fmt.name!r}")
    builder = gates.builder
    bits = fmt.width - 1
    codes = product_magnitudes(fmt, policy)
    work = _Steps(builder, bits)
    # If NaN follows the largest finite value, an overflow ends in it and must clear the sign.
    nan_code = fmt.nan_code if policy is Overflow.NAN and not fmt.has_infinity else None
    normal = 1 << fmt.mantissa_bits

    with builder.scope("staircases", a=a, b=b):
        weights = [1 << position for position in range(bits)]
        for fraction in range(normal):
            stairs = {
                (x - fraction) + y: codes[x][y]
                for x in range(normal + fraction, fmt.max_code + 1, normal)
                for y in range(normal, fmt.max_code + 1)
            }
            match = _match(a[: fmt.mantissa_bits], fraction, 2 << bits)
            axis = [
                *zip(a[fmt.mantissa_bits : bits], weights[fmt.mantissa_bits :], strict=True),
                *zip(b[:bits], weights, strict=True),
            ]
            work.add(match, axis, sorted(stairs.items()), _STAIR, nan_code)
    for name, x, y, first in (("subnormal_a", a, b, 0), ("subnormal_b", b, a, normal)):
        with builder.scope(name, x=x, y=y):
            axis = list(zip(y[:bits], weights, strict=True))
            for code in range(normal):
                match = _match(x[:bits], code, 1 << bits)
                row = builder.neuron(*match, "row")
                work.count(range(bits), row, _SILENCE)
                # Where both are subnormal, the row of a has the product.
                steps = [(other, codes[code][other]) for other in range(first, fmt.max_code + 1)]
                work.add(match, axis, steps, _ROW, None)
    with builder.scope("special_values", a=a, b=b):
        for x, y in ((a, b), (b, a)):
            _specials(work, fmt, x[:bits], y[:bits])
    with builder.scope("result"):
        magnitude = [builder.neuron(terms, 1, f"y[{k}]") for k, terms in enumerate(work.terms)]
        only_a = builder.neuron([(a[-1], 1), (b[-1], -1)], 1, "only_a_negative")
        only_b = builder.neuron([(b[-1], 1), (a[-1], -1)], 1, "only_b_negative")
        sign = builder.neuron(
            [(only_a, 1), (only_b, 1), *((line, -1) for line in work.nan)], 1, "sign"
        )
    return (*magnitude, sign)


class _Steps:
    """Collects neurons that each result bit adds up."""

    def __init__(self, builder: NeuronGraphBuilder, bits: int) -> None:
        self.builder = builder
        self.terms: list[list[tuple[Bit, int]]] = [[] for _ in range(bits)]
        self.nan: list[Bit] = []  #: Lines of which one fires if the result is NaN.

    def count(self, bits: Iterable[int], line: Bit, weight: int) -> None:
        """Add a line to some result bits."""
        for bit in bits:
            self.terms[bit].append((line, weight))

    def add(
        self,
        match: tuple[list[tuple[Bit, int]], int],
        axis: Sequence[tuple[Bit, int]],
        steps: Sequence[tuple[int, int]],
        weight: int,
        nan_code: int | None,
    ) -> None:
        """Add a staircase: (position on the axis, code from there on), where the match is full."""
        terms, threshold = match
        before = 0
        for position, code in steps:
            if code == before:
                continue
            step = self.builder.neuron([*terms, *axis], threshold + position, "step")
            rising, falling = code & ~before, before & ~code
            for bit in range(len(self.terms)):
                if (rising | falling) >> bit & 1:
                    self.terms[bit].append((step, weight if rising >> bit & 1 else -weight))
            if code == nan_code:
                self.nan.append(step)
            before = code


def _match(bits: Word, code: int, weight: int) -> tuple[list[tuple[Bit, int]], int]:
    """Return synapses that reach the threshold only where the bits spell a code."""
    terms = [(bit, weight if code >> i & 1 else -weight) for i, bit in enumerate(bits)]
    return terms, weight * code.bit_count()


def _specials(work: _Steps, fmt: Format, x: Word, y: Word) -> None:
    """Let an operand ``x`` that is infinite or NaN outweigh all else."""
    builder, bits = work.builder, range(len(x))
    mantissa = bits[: fmt.mantissa_bits]
    if fmt.nan is NanEncoding.ALL_ONES:
        is_nan = builder.neuron([(bit, 1) for bit in x], len(x), "is_nan")
        work.count(bits, is_nan, _SPECIAL)
        work.nan.append(is_nan)
    elif fmt.nan is NanEncoding.IEEE:
        exponent = [(bit, 1) for bit in x[fmt.mantissa_bits :]]
        special = builder.neuron(exponent, fmt.exponent_bits, "special")
        work.count(bits[fmt.mantissa_bits :], special, _SPECIAL)
        work.count(mantissa, special, -_SPECIAL)
        above = [(bit, fmt.mantissa_bits * weight) for bit, weight in exponent]
        is_nan = builder.neuron(
            [*above, *((bit, 1) for bit in x[: fmt.mantissa_bits])],
            fmt.mantissa_bits * fmt.exponent_bits + 1,
            "is_nan",
        )
        # Infinity, or NaN, times zero.
        invalid = builder.neuron(
            [*exponent, *((bit, -1) for bit in y)], fmt.exponent_bits, "invalid"
        )
        for line in (is_nan, invalid):
            work.count([fmt.mantissa_bits - 1], line, _NAN)
            work.nan.append(line)
