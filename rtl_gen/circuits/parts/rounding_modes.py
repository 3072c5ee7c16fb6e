# SPDX-License-Identifier: Apache-2.0
"""Which way to round, as neurons: a mode that is fixed, or one that is an operand.

A circuit keeps some bits below the last place, lowest first: for stochastic modes as many as there
are random bits, or one more; then the guard bit, worth half a unit; and one bit, the sticky one,
that tells whether anything is left below. A fixed mode takes only the neurons that it needs.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import Rounding
from spikefloat.rtl_gen.neurons.builder import ONE, ZERO, Bit, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.words import increment

__all__ = ["FLAGS", "NEAREST_EVEN", "FlagBits", "RoundingControl"]

#: Flags, lowest bit first, as in RISC-V's fflags: NX, UF, OF, DZ, NV.
FLAGS = ("inexact", "underflow", "overflow", "divide_by_zero", "invalid")


@dataclass
class FlagBits:
    """Collects what raises each flag, while a circuit is made."""

    is_tiny_before: bool = False  #: Whether a result is tiny as it was before rounding, or after.
    tiny: Bit = ZERO  #: Whether a finite result is tiny.
    inexact: Bit = ZERO  #: Whether rounding a finite result loses anything.
    overflow: Bit = ZERO  #: Whether a finite result is too large.
    invalid: Bit = ZERO
    signalling: Bit = ZERO  #: Whether an operand is a signalling NaN, which is invalid, too.
    divide_by_zero: Bit = ZERO
    is_finite: Bit = ONE  #: Whether the result is that of rounding a finite number.
    lost_infinity: Bit = ZERO  #: Whether the result is infinite, but must not be.
    #: The flags themselves, where several circuits raise some and one is selected.
    selected: Word | None = None

    def word(self, gates: GateLibrary) -> Word:
        """Return the flags, in the order of :data:`FLAGS`."""
        if self.selected is not None:
            return self.selected
        with gates.builder.scope("flags"):
            not_by_zero = gates.not_(self.divide_by_zero)
            overflow = gates.or_(
                gates.and_(self.overflow, self.is_finite, name="too_large"),
                gates.and_(self.lost_infinity, not_by_zero, name="lost_infinity"),
                name="overflow",
            )
            lost = gates.and_(self.inexact, self.is_finite, name="lost")
            flags = (
                gates.or_(lost, overflow, name="inexact"),
                gates.and_(self.tiny, lost, name="underflow"),
                overflow,
                self.divide_by_zero,
                gates.or_(self.invalid, self.signalling, name="invalid"),
            )
            return gates.builder.name_word("flags", flags)


@dataclass(frozen=True)
class RoundingControl:
    """How a circuit rounds.

    Raises
    ------
    ValueError
        If there are random bits for a mode that takes none, or none for one that does.
    """

    mode: Rounding | None = Rounding.NEAREST_EVEN  #: None if an operand chooses.
    port: Word = ()  #: That operand, three bits.
    random: Word = ()  #: Random bits of a stochastic mode.
    #: Where flags are collected; None if the circuit has none.
    flags: FlagBits | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if bool(self.random) != (self.mode is not None and self.mode.is_stochastic):
            raise InputError("Random bits must be given for a stochastic mode, and only for one")

    @property
    def extra_bits(self) -> int:
        """Number of bits that have to be kept below the guard bit, the sticky bit aside."""
        is_a = self.mode is Rounding.STOCHASTIC_A
        # Whether a result is tiny after rounding is seen one place further down.
        looks_below = self.flags is not None and not self.flags.is_tiny_before
        return len(self.random) - is_a + looks_below

    @property
    def is_plain(self) -> bool:
        """Whether it is to nearest even, and without flags."""
        return self == NEAREST_EVEN and self.flags is None

    @property
    def uses_sign(self) -> bool:
        """Whether the sign of a number has a say."""
        return self.mode in (None, Rounding.DOWN, Rounding.UP)

    def round_up(self, gates: GateLibrary, last: Bit, below: Word, sticky: Bit, sign: Bit) -> Bit:
        """Return whether the significand goes up, away from zero.

        Parameters
        ----------
        gates : GateLibrary
            Where the neurons are made.
        last : Bit
            Last place that is kept.
        below : Word
            Bits below it, the guard bit on top.
        sticky : Bit
            Whether anything is set below these.
        sign : Bit
            Whether the number is negative.
        """
        if self.random:
            return self._stochastic(gates, below, sticky)
        guard = below[-1]
        sticky = gates.or_(*below[:-1], sticky, name="sticky")
        match self.mode:
            case Rounding.NEAREST_EVEN | Rounding.NEAREST_EVEN_CODE:
                return gates.or_and(last, sticky, guard, name="round_up")
            case Rounding.NEAREST_AWAY:
                return guard
            case Rounding.TOWARD_ZERO:
                return ZERO
        inexact = gates.or_(guard, sticky, name="inexact")
        match self.mode:
            case Rounding.DOWN:
                return gates.and_(sign, inexact, name="round_up")
            case Rounding.UP:
                return gates.and_(gates.not_(sign), inexact, name="round_up")
            case Rounding.ODD:
                return gates.and_(gates.not_(last), inexact, name="round_up")
        nearest, away, up, down = self._selected(gates)
        even = gates.or_and(last, sticky, guard, name="even")
        outwards = gates.or_(
            gates.and_(down, sign, name="downwards"),
            gates.and_(up, gates.not_(sign), name="upwards"),
            name="outwards",
        )
        return gates.or_(
            gates.and_(nearest, even, name="to_even"),
            gates.and_(away, guard, name="to_away"),
            gates.and_(outwards, inexact, name="directed"),
            name="round_up",
        )

    def stays_finite(self, gates: GateLibrary, sign: Bit) -> Bit:
        """Return whether a result that is too large becomes the largest finite value."""
        match self.mode:
            case Rounding.TOWARD_ZERO | Rounding.ODD:
                return ONE
            case Rounding.DOWN:
                return gates.not_(sign)
            case Rounding.UP:
                return sign
            case None:
                nearest, away, up, down = self._selected(gates)
                zero = gates.not_(gates.or_(nearest, away, up, down, name="rounds_away"))
                return gates.or_(
                    zero,
                    gates.and_(down, gates.not_(sign), name="down_positive"),
                    gates.and_(up, sign, name="up_negative"),
                    name="stays_finite",
                )
        return ZERO

    def zero_sign(self, gates: GateLibrary, a: Bit, b: Bit, is_nonzero: Bit) -> Bit:
        """Return whether the sum of two terms with these signs is a negative zero.

        Where it is not zero, the result may also be set if both terms are negative.
        """
        both = gates.and_(a, b, name="both_negative")
        if not self.uses_sign or self.mode is Rounding.UP:
            return both
        down = ONE if self.mode else self._selected(gates)[-1]
        zero = gates.and_(
            down, gates.or_(a, b, name="any_negative"), gates.not_(is_nonzero), name="down_zero"
        )
        return gates.or_(both, zero, name="zero_sign")

    def raise_invalid(self, gates: GateLibrary, *causes: Bit, nans: tuple[Bit, ...]) -> None:
        """Collect what makes an operation invalid, unless an operand is NaN already."""
        if self.flags is not None:
            cause = gates.or_(*causes, name="invalid")
            self.flags.invalid = _unless(gates, cause, nans)

    def raise_divide_by_zero(self, gates: GateLibrary, cause: Bit, nans: tuple[Bit, ...]) -> None:
        """Collect a division of a finite number by zero, unless an operand is NaN."""
        if self.flags is not None:
            self.flags.divide_by_zero = _unless(gates, cause, nans)

    def with_flags(self, gates: GateLibrary, result: Word | Bit) -> Word | Bit | dict[str, Word]:
        """Return a result as output ``y`` beside the flags, or alone if there are none."""
        if self.flags is None:
            return result
        word = (result,) if isinstance(result, Bit) else result
        return {"y": word, "flags": self.flags.word(gates)}

    def for_one(self) -> "RoundingControl":
        """Return the control of one of several results, whose flags are collected on their own."""
        if self.flags is None:
            return self
        return replace(self, flags=FlagBits(self.flags.is_tiny_before))

    def unite(self, gates: GateLibrary, controls: Sequence["RoundingControl"]) -> None:
        """Raise each flag that one of several results raises; see :meth:`for_one`."""
        if self.flags is not None:
            own = [one.flags.word(gates) for one in controls if one.flags is not None]
            with gates.builder.scope("all_flags", flags=[bit for word in own for bit in word]):
                self.flags.selected = tuple(
                    gates.or_(*bits, name=f"any_{name}")
                    for name, bits in zip(FLAGS, zip(*own, strict=True), strict=True)
                )

    def _selected(self, gates: GateLibrary) -> tuple[Bit, Bit, Bit, Bit]:
        """Return whether the operand chooses nearest even, nearest away, up, and down."""
        low, middle, high = self.port
        not_low, not_middle, not_high = (gates.not_(bit) for bit in self.port)
        away = gates.and_(high, not_middle, not_low, name="nearest_away")
        up = gates.and_(not_high, middle, low, name="up")
        down = gates.and_(not_high, middle, not_low, name="down")
        zero = gates.and_(not_high, not_middle, low, name="toward_zero")
        others = gates.or_(away, up, down, zero, name="others")
        return gates.not_(others), away, up, down

    def _stochastic(self, gates: GateLibrary, below: Word, sticky: Bit) -> Bit:
        """Return the carry of the bits below plus the random ones."""
        count = len(self.random)
        if self.mode is Rounding.STOCHASTIC_A:
            return gates.carry_out(below[-count:], self.random, ZERO)
        if self.mode is Rounding.STOCHASTIC_B:
            # One more bit, to which the random number adds a constant one.
            return gates.carry_out(below[-count:], self.random, below[-count - 1])
        kept, guard = below[-count:], below[-count - 1]
        rest = gates.or_(*below[: -count - 1], sticky, name="sticky")
        up = gates.or_and(kept[0], rest, guard, name="even")
        rounded = increment(gates, kept, up)
        return gates.or_(
            rounded[-1], gates.carry_out(rounded[:-1], self.random, ZERO), name="round_up"
        )


def _unless(gates: GateLibrary, cause: Bit, nans: tuple[Bit, ...]) -> Bit:
    """Return a cause, unless one of some operands is NaN."""
    return gates.and_(cause, gates.not_(gates.or_(*nans, name="nan_operand")), name="raised")


#: The default: to nearest, ties to even.
NEAREST_EVEN = RoundingControl()
