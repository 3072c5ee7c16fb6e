# SPDX-License-Identifier: Apache-2.0
"""How the circuits of a design round, and whether they raise flags."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from spikefloat.rtl_gen.circuits.parts.rounding_modes import FlagBits, RoundingControl
from spikefloat.rtl_gen.errors import InputError, find_member
from spikefloat.rtl_gen.formats import MAX_RANDOM_BITS, PORT_WIDTH, Format, Rounding
from spikefloat.rtl_gen.neurons.builder import Word

__all__ = ["PORT", "Flags", "RoundingOptions", "make_rounding_options"]

#: What stands for a mode that is an operand.
PORT = "port"

#: Random bits of which nothing is said.
_DEFAULT_RANDOM_BITS = 8


class Flags(StrEnum):
    """Whether a circuit has a second result, its flags, and when a result is tiny."""

    NONE = "none"
    AFTER = "after"  #: Tiny after rounding as if the exponent were unbounded, as in RISC-V.
    BEFORE = "before"  #: Tiny before rounding.


@dataclass(frozen=True, kw_only=True)
class RoundingOptions:
    """How a circuit rounds; made by :func:`make_rounding_options`."""

    mode: Rounding | None = Rounding.NEAREST_EVEN  #: None if an operand chooses.
    random_bits: int = 0  #: Of a stochastic mode.
    flags: Flags = Flags.NONE

    @property
    def is_usual(self) -> bool:
        """Whether it is to nearest even, without flags."""
        return self == RoundingOptions()

    @property
    def mode_name(self) -> str:
        """The mode as options name it."""
        return PORT if self.mode is None else self.mode.value

    @property
    def suffix(self) -> str:
        """What the name of a circuit has behind that of its formats: ``_rtz_flags``."""
        mode = "" if self.mode is Rounding.NEAREST_EVEN else f"_{self.mode_name.replace('-', '_')}"
        bits = str(self.random_bits or "")
        flags = {Flags.NONE: "", Flags.AFTER: "_flags", Flags.BEFORE: "_flags_before"}[self.flags]
        return mode + bits + flags

    @property
    def operand_widths(self) -> dict[str, int]:
        """Width of each operand that rounding takes, by name."""
        widths = {"rounding": PORT_WIDTH} if self.mode is None else {}
        return widths | ({"random": self.random_bits} if self.random_bits else {})

    def control(self, words: Sequence[Word]) -> RoundingControl:
        """Return what a circuit needs, from the words of :attr:`operand_widths`."""
        operands = dict(zip(self.operand_widths, words, strict=True))
        flags = None if self.flags is Flags.NONE else FlagBits(self.flags is Flags.BEFORE)
        return RoundingControl(
            self.mode, operands.get("rounding", ()), operands.get("random", ()), flags
        )


def make_rounding_options(
    design: str,
    fmt: Format,
    *,
    takes_rounding: bool,
    takes_flags: bool,
    rounding: str | None = None,
    random_bits: int | None = None,
    flags: str | None = None,
) -> RoundingOptions:
    """Return checked options of rounding.

    Parameters
    ----------
    design : str
        Name of the design.
    fmt : Format
        Format of the result.
    takes_rounding : bool
        Whether it can round in other ways than to nearest even.
    takes_flags : bool
        Whether it can raise flags.
    rounding : str, optional
        A mode, or :data:`PORT`.
    random_bits : int, optional
        Number of random bits, 1 to :data:`MAX_RANDOM_BITS`; 8 by default.
    flags : str, optional
        One of :class:`Flags`.

    Raises
    ------
    InputError
        If a name is unknown, or an option has no effect.
    """
    mode = None
    if rounding != PORT:
        known = [member.value for member in Rounding]
        if rounding is not None and rounding not in known:
            raise InputError(
                f"Rounding must be one of {', '.join([*known, PORT])}, not {rounding!r}"
            )
        mode = Rounding(rounding or Rounding.NEAREST_EVEN)
    if mode is not None and not mode.is_for(fmt):
        raise InputError(
            f"Rounding must be rne for {fmt.name}, of which values have an even digit, "
            f"not {rounding!r}"
        )
    is_stochastic = mode is not None and mode.is_stochastic
    if random_bits is None and is_stochastic:
        random_bits = _DEFAULT_RANDOM_BITS
    if random_bits is not None and not is_stochastic:
        raise InputError(
            f"Random bits must be given for a stochastic rounding, not for {rounding or 'rne'!r}"
        )
    if random_bits is not None and not 1 <= random_bits <= MAX_RANDOM_BITS:
        raise InputError(f"Random bits must be from 1 to {MAX_RANDOM_BITS}, not {random_bits}")
    options = RoundingOptions(
        mode=mode,
        random_bits=random_bits or 0,
        flags=find_member(Flags, "Flags", flags or Flags.NONE),
    )
    if takes_flags and not takes_rounding:
        if options.flags is Flags.BEFORE:
            raise InputError(f"Flags of {design} must be none or after, not {flags!r}")
        if options.mode is not Rounding.NEAREST_EVEN:
            raise InputError(f"Rounding must be rne for {design}, not {rounding!r}")
    elif takes_rounding and not takes_flags and options.flags is not Flags.NONE:
        raise InputError(
            f"Flags of {design} must be none, as it rounds more than once, not {flags!r}"
        )
    elif not options.is_usual and not takes_rounding:
        raise InputError(
            f"Rounding must be rne, without flags, for {design}, not "
            f"{options.suffix.lstrip('_').replace('_', ' ')!r}"
        )
    return options
