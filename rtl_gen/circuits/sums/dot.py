# SPDX-License-Identifier: Apache-2.0
"""The dot product as a neuron graph, with four ways to accumulate.

``tree`` and ``chain`` round every product and every sum, in a balanced tree as the paper does, or
one after the other; ``wide`` is the tree in a wider format, converted at the end. ``exact`` moves
each product to its place in one fixed-point number, adds them all without rounding, in a tree of
full adders that keeps its carries, and rounds once: the result is the correctly rounded sum,
whatever the order of the operands.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from spikefloat.rtl_gen.circuits.operations.add import add
from spikefloat.rtl_gen.circuits.operations.convert import convert
from spikefloat.rtl_gen.circuits.operations.multiply import multiply
from spikefloat.rtl_gen.circuits.parts.fixed_point import round_fixed_point, round_moved
from spikefloat.rtl_gen.circuits.parts.placing import multiply_significands, place
from spikefloat.rtl_gen.circuits.parts.rounding_modes import NEAREST_EVEN, RoundingControl
from spikefloat.rtl_gen.circuits.parts.unpack import RawFloat, pack
from spikefloat.rtl_gen.circuits.sums.exact import exact_sum
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import Format, Overflow, resolve_overflow
from spikefloat.rtl_gen.neurons.builder import ZERO, Bit, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.gates.prefix import any_below
from spikefloat.rtl_gen.neurons.words import add as add_words
from spikefloat.rtl_gen.neurons.words import gate_word, magnitude_of

__all__ = ["ACCUMULATIONS", "SumFlags", "dot", "fixed_point", "round_sum"]

#: Ways to accumulate.
ACCUMULATIONS = ("tree", "chain", "wide", "exact")


class SumFlags(NamedTuple):
    """What the terms of an exact sum say beside their values."""

    nans: Sequence[Bit]
    plus_infinities: Sequence[Bit]
    minus_infinities: Sequence[Bit]
    signs: Sequence[Bit]  #: Sign of each term.
    zeros: Sequence[Bit]  #: Whether each term is zero.


def dot(
    gates: GateLibrary,
    fmt: Format,
    a: Sequence[Word],
    b: Sequence[Word],
    accumulate: str,
    to: Format | None = None,
    overflow: Overflow | None = None,
    *,
    wide: Format | None = None,
    relu: bool = False,
    has_carry_chains: bool = False,
    control: RoundingControl = NEAREST_EVEN,
) -> Word:
    """Return the code of ``a[0] * b[0] + a[1] * b[1] + ...``.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    fmt : Format
        Format of the operands.
    a, b : sequence of Word
        Codes of the operands, as many of each.
    accumulate : str
        One of :data:`ACCUMULATIONS`.
    to : Format, optional
        Format of the result, for ``wide`` and ``exact``; by default that of the operands.
    overflow : Overflow, optional
        What a value that is too large becomes, at each rounding.
    wide : Format, optional
        Format of the nodes, for ``wide``.
    relu : bool
        Whether a negative sum becomes +0 before it is rounded, for ``exact``.
    has_carry_chains : bool
        Whether ``exact`` is to take few lookup tables; see :func:`~.exact.exact_sum`.
    control : RoundingControl
        How ``exact`` rounds.

    Raises
    ------
    ValueError
        If there are no operands or not as many of each, or an argument does not fit.
    """
    if not a or len(a) != len(b):
        raise InputError(f"Operands must be as many, and at least one, not {len(a)} and {len(b)}")
    if accumulate not in ACCUMULATIONS:
        raise InputError(
            f"Accumulation must be one of {', '.join(ACCUMULATIONS)}, not {accumulate!r}"
        )
    if (accumulate == "wide") != (wide is not None):
        raise InputError("Format of the nodes must be given for wide, and only there")
    if to not in (None, fmt) and accumulate in ("tree", "chain"):
        raise InputError(f"Result format of {accumulate} must be that of the operands")
    if accumulate == "exact":
        return exact_sum(
            gates,
            fmt,
            a,
            b,
            to,
            overflow,
            relu=relu,
            has_carry_chains=has_carry_chains,
            control=control,
        )
    if relu:
        raise InputError(f"ReLU must be for exact sums, not for {accumulate!r}")
    node = wide or fmt
    products = [
        _scoped(
            gates, f"product_{i}", partial(multiply, gates, fmt, overflow=overflow, to=node), *xy
        )
        for i, xy in enumerate(zip(a, b, strict=True))
    ]

    def add_nodes(x: Word, y: Word) -> Word:
        return _scoped(gates, "sum", partial(add, gates, node, overflow=overflow), x, y)

    total = (
        _in_turn(products, add_nodes) if accumulate == "chain" else _in_pairs(products, add_nodes)
    )
    if wide is None:
        return total
    with gates.builder.scope("convert", code=total):
        return convert(gates, wide, to or fmt, total, overflow)


def _scoped(
    gates: GateLibrary, name: str, function: Callable[[Word, Word], Word], x: Word, y: Word
) -> Word:
    with gates.builder.scope(name, a=x, b=y):
        return function(x, y)


def _in_pairs(terms: list[Word], add_nodes: Callable[[Word, Word], Word]) -> Word:
    """Add neighbours, and again the sums; an odd one out passes to the next level."""
    while len(terms) > 1:
        even = len(terms) // 2 * 2
        terms = [add_nodes(terms[i], terms[i + 1]) for i in range(0, even, 2)] + terms[even:]
    return terms[0]


def _in_turn(terms: list[Word], add_nodes: Callable[[Word, Word], Word]) -> Word:
    total = terms[0]
    for term in terms[1:]:
        total = add_nodes(total, term)
    return total


def round_sum(
    gates: GateLibrary,
    fmt: Format,
    to: Format,
    total: Word,
    flags: SumFlags,
    overflow: Overflow | None = None,
    *,
    relu: bool = False,
    unit: int | None = None,
    moves: bool = False,
) -> Word:
    """Return the code of an exact sum.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made.
    fmt : Format
        Format of the factors: the unit of the sum is the product of its smallest values, unless
        another is given.
    to : Format
        Format of the result.
    total : Word
        The sum in two's complement.
    flags : SumFlags
        Special values among the terms.
    overflow : Overflow, optional
        What a sum that is too large becomes.
    relu : bool
        Whether a negative sum becomes +0 before it is rounded.
    unit : int, optional
        The lowest bit of the sum stands for ``2**unit``.
    moves : bool
        Whether the leading one is moved to the top before, as by :func:`~.parts.fixed_point.round_moved`:
        fewer neurons, and deeper, for sums as wide as the format has exponents.
    """
    builder = gates.builder
    policy = resolve_overflow(to, overflow)
    if unit is None:
        unit = 2 * (fmt.min_exponent - fmt.mantissa_bits)
    with builder.scope("special_values"):
        any_plus = gates.or_(*flags.plus_infinities, name="any_plus")
        any_minus = gates.or_(*flags.minus_infinities, name="any_minus")
        is_nan = gates.or_(*flags.nans, gates.and_(any_plus, any_minus, name="invalid"), name="nan")
    negative = total[-1]
    if relu:
        with builder.scope("round", magnitude=total[:-1]):
            rounded, too_large = _round(gates, unit, to, total[:-1], moves)
            keep = gates.not_(gates.or_(negative, any_minus, name="rectified"))
            rounded = builder.name_word("kept", gate_word(gates, rounded, keep))
            too_large = None if too_large is None else gates.and_(too_large, keep)
        return pack(
            gates,
            to,
            policy,
            sign=ZERO,
            magnitude=rounded,
            is_nan=is_nan,
            is_infinite=any_plus,
            too_large=too_large,
        )
    with builder.scope("magnitude", total=total):
        size = magnitude_of(gates, total)
    with builder.scope("round", magnitude=size):
        rounded, too_large = _round(gates, unit, to, size, moves)
    with builder.scope("sign"):
        is_infinite = gates.or_(any_plus, any_minus, name="infinite")
        # An exact zero is +0, unless every product is -0; then the sum is not negative, either.
        all_minus = gates.and_(*flags.signs, *flags.zeros, name="all_minus_zero")
        finite_sign = gates.or_(negative, all_minus, name="finite_sign")
        sign = gates.mux(is_infinite, any_minus, finite_sign, name="sign")
    return pack(
        gates,
        to,
        policy,
        sign=sign,
        magnitude=rounded,
        is_nan=is_nan,
        is_infinite=is_infinite,
        too_large=too_large,
    )


def _round(
    gates: GateLibrary, unit: int, to: Format, magnitude: Word, moves: bool
) -> tuple[Word, Bit | None]:
    """Return the code of a magnitude in units of ``2**unit``, or that it is too large."""
    if moves:
        rounded = round_moved(
            gates,
            to,
            magnitude,
            unit,
            is_zero=gates.not_(gates.or_(*magnitude, name="nonzero")),
            control=NEAREST_EVEN,
            sign=ZERO,
            name="sum",
        )
        return rounded, None
    is_below = gates.builder.name_word("is_below", any_below(gates, magnitude))
    return round_fixed_point(gates, to, magnitude, is_below, unit)


def fixed_point(gates: GateLibrary, x: RawFloat, y: RawFloat, width: int) -> Word:
    """Return the product of two magnitudes in units of the product of the smallest values."""
    name_word = gates.builder.name_word
    product = name_word("product", multiply_significands(gates, x.significand, y.significand))
    amount = name_word("amount", add_words(gates, x.exponent, y.exponent))
    return place(gates, product, amount, ZERO, width)
