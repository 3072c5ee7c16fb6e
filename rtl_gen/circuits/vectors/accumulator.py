# SPDX-License-Identifier: Apache-2.0
"""An exact sum that grows by one term at a time: two rows of bits whose sum it is, and flags.

No carry runs along a word when a term is added: a step is one layer of full adders, whatever the
format. Flags, once set, stay: an element was other than -0, NaN, +infinity, -infinity.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from spikefloat.rtl_gen.circuits.sums.dot import SumFlags, round_sum
from spikefloat.rtl_gen.circuits.sums.terms import Term
from spikefloat.rtl_gen.circuits.vector_operation import Words
from spikefloat.rtl_gen.formats import Format, Overflow
from spikefloat.rtl_gen.neurons.builder import ONE, ZERO, Bit, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.words import gate_word

__all__ = ["Accumulator", "add_to_rows", "raise_flags"]


@dataclass(frozen=True)
class Accumulator:
    """How a sum is kept, extended and rounded."""

    width: Callable[[Format], int]  #: Bits of the magnitude of a term.
    #: Makes the term of a code. Its bits are complemented if it is negative, or always if no term is.
    term: Callable[[GateLibrary, Format, Word], Term]
    power: int  #: The unit of terms is this power of the smallest value.

    def state_width(self, fmt: Format, most: int) -> int:
        """Return the bits of both rows and of the flags."""
        return 2 * self._row_width(fmt, most) + len(_flags(fmt))

    def step(
        self, gates: GateLibrary, fmt: Format, most: int, state: Word, a: Word, first: Bit
    ) -> Word:
        """Return the state with one term more, or with this term only."""
        width = self._row_width(fmt, most)
        kept = gates.builder.name_word("kept", gate_word(gates, state, gates.not_(first)))
        rows, flags = (kept[:width], kept[width : 2 * width]), kept[2 * width :]
        term = self.term(gates, fmt, a)
        bits, negative = term.bits, term.sign
        if term.is_flipped == ONE:  # no term is negative
            bits = tuple(gates.not_(bit) for bit in bits)
        sums, carries = add_to_rows(gates, rows, bits, negative)
        infinite = term.is_infinite
        is_zero = gates.not_(gates.or_(*a[:-1], name="nonzero"))
        new = {
            "other": gates.not_(gates.and_(negative, is_zero, name="minus_zero")),
            "nan": term.is_nan,
            "plus": gates.and_(infinite, gates.not_(negative), name="plus_infinity"),
            "minus": gates.and_(infinite, negative, name="minus_infinity"),
        }
        raised = [
            gates.or_(old, new[name], name=f"any_{name}")
            for name, old in zip(_flags(fmt), flags, strict=True)
        ]
        return (*sums, *carries, *raised)

    def finish(
        self,
        gates: GateLibrary,
        fmt: Format,
        to: Format,
        most: int,
        state: Word,
        overflow: Overflow | None = None,
    ) -> Word:
        """Return the code of the sum, rounded once to nearest even."""
        width = self._row_width(fmt, most)
        with gates.builder.scope("total", first_row=state[:width]):
            total, _ = gates.add(state[:width], state[width : 2 * width], ZERO, "carry")
        flags = dict(zip(_flags(fmt), state[2 * width :], strict=True))
        return round_sum(
            gates,
            fmt,
            to,
            gates.builder.name_word("total", total),
            SumFlags(
                nans=[flags.get("nan", ZERO)],
                plus_infinities=[flags.get("plus", ZERO)],
                minus_infinities=[flags.get("minus", ZERO)],
                signs=[gates.not_(flags["other"])],
                zeros=[],
            ),
            overflow,
            unit=self.power * (fmt.min_exponent - fmt.mantissa_bits),
        )

    def _row_width(self, fmt: Format, most: int) -> int:
        """Return the bits of a row: room for the sum, and its sign above."""
        return self.width(fmt) + most.bit_length() + 1


def add_to_rows(
    gates: GateLibrary, rows: tuple[Word, Word], term: Word, sign: Bit = ZERO
) -> tuple[Word, Word]:
    """Return two rows of bits whose sum, modulo ``2**width``, is that of two rows and a term.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    rows : pair of Word
        The rows.
    term : Word
        At most as wide as these; the complement of its magnitude if it is negative.
    sign : Bit
        Whether it is.
    """
    first, second = rows
    # In two's complement: the sign in all columns above, and the one that a complement lacks in the
    # column of the carries that nothing else comes to.
    term = (*term, *(sign,) * (len(first) - len(term)))
    with gates.builder.scope("add", first_row=first, second_row=second, term=term):
        pairs = [gates.full_adder(*column) for column in zip(first, second, term, strict=True)]
    return tuple(bit for bit, _ in pairs), (sign, *(bit for _, bit in pairs[:-1]))


def raise_flags(
    gates: GateLibrary, kept: Words, again: Bit, new: Mapping[str, Bit]
) -> dict[str, Word]:
    """Return flags that stay once they are set, each a word of one bit.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    kept : mapping of str to Word
        What they are, among others.
    again : Bit
        Whether that counts: not at the first element.
    new : mapping of str to Bit
        What sets each of them.
    """
    return {
        name: (gates.or_(gates.and_(*kept[name], again), flag, name=f"any_{name}"),)
        for name, flag in new.items()
    }


def _flags(fmt: Format) -> tuple[str, ...]:
    """Return the flags that can be set."""
    infinities = ("plus", "minus") if fmt.has_infinity else ()
    return ("other", *(("nan",) if fmt.has_nan else ()), *infinities)
