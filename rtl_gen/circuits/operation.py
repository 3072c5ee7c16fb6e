# SPDX-License-Identifier: Apache-2.0
"""What a scalar operation is, and how the modules of a package give theirs."""

import importlib
import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from types import ModuleType
from typing import TypeVar

from spikefloat.rtl_gen.circuits.parts.rounding_modes import FlagBits
from spikefloat.rtl_gen.circuits.parts.unpack import raise_signalling
from spikefloat.rtl_gen.formats import Format
from spikefloat.rtl_gen.neurons.builder import Bit, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary

__all__ = ["Operation", "Record", "Result", "discover", "has_arithmetic"]


class Result(Enum):
    """What the result of an operation is, and so how its circuit is called.

    Every circuit is called with a gate library, the format of the operands, the format of the
    result if it has one of its own, and a word for each operand.
    """

    ROUNDED = "rounded"  #: A code; the circuit also takes ``overflow`` and ``control``.
    EXACT = "exact"  #: A code, which is never rounded.
    PREDICATE = "predicate"  #: One bit.
    WORD = "word"  #: So many bits as the record says, which are no code.


def has_arithmetic(fmt: Format) -> bool:
    """Tell whether a format holds operands and results: all that have a zero and a sign do."""
    return fmt.has_zero and fmt.is_signed


@dataclass(frozen=True, kw_only=True)
class Record:
    """What every operation has that a module of a package lists."""

    name: str
    summary: str  #: One line for a reader.
    order: int = 1000  #: Place in lists, before others by name.


_Record = TypeVar("_Record", bound=Record)


@dataclass(frozen=True, kw_only=True)
class Operation(Record):
    """A scalar operation of floats, and the circuit that computes it."""

    operands: tuple[str, ...]  #: Input ports, each one code wide.
    #: Number of bits of each operand, None for that of a code; by default all are codes.
    operand_widths: tuple[int | None, ...] = ()
    circuit: Callable[..., Word | Bit]  #: See :class:`Result`.
    result: Result
    result_width: int | None = None  #: Number of bits of a result that is no code.
    #: Whether it raises flags without rounding; the circuit then takes ``control``.
    raises: bool = False
    #: Whether a signalling NaN as an operand is all that raises a flag; the circuit knows nothing of
    #: it. Operations that round or raise others have this flag, too (IEEE 754-2019, 7.2 a).
    signals: bool = False
    #: Whether it changes the sign of its first operand and nothing else, of NaN too.
    keeps_nan: bool = False
    #: Whether no result is negative, so that NaNs which differ by their sign only become the same.
    drops_sign: bool = False
    formats: Callable[[Format], bool] = has_arithmetic  #: Whether it works for a format.
    #: Whether a format is narrow enough for one neuron graph; for others it is done step by step.
    fits_graph: Callable[[Format], bool] = lambda fmt: True
    #: Whether a result of the second format is possible for operands of the first; None if the
    #: result has the format of the operands.
    targets: Callable[[Format, Format], bool] | None = None
    #: Whether the result has the format of the operands unless another is asked for.
    keeps_format: bool = False

    @property
    def takes_flags(self) -> bool:
        """Whether it can raise flags."""
        return self.result is Result.ROUNDED or self.raises or self.signals

    def collect_signals(
        self,
        gates: GateLibrary,
        flags: FlagBits | None,
        formats: Sequence[Format],
        operands: Sequence[Word],
    ) -> None:
        """Collect whether an operand that is a code is a signalling NaN; see :func:`raise_signalling`.

        Parameters
        ----------
        gates : GateLibrary
            Where the neurons are made.
        flags : FlagBits, optional
            Where flags are collected, if at all.
        formats : sequence of Format
            Format of each operand.
        operands : sequence of Word
            The operands, of which some may be integers.
        """
        own = self.operand_widths or (None,) * len(self.operands)
        codes = [place for place, width in enumerate(own) if width is None]
        raise_signalling(
            gates, flags, [formats[place] for place in codes], [operands[place] for place in codes]
        )


def discover(package: ModuleType, kind: type[_Record]) -> tuple[_Record, ...]:
    """Return every operation in the modules of a package.

    A module that has operations lists them in ``RECORDS``.

    Parameters
    ----------
    package : module
        The package; each module in its folder is imported.
    kind : type of Record
        What its modules list.
    """
    records: list[_Record] = []
    for info in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{package.__name__}.{info.name}")
        records += getattr(module, "RECORDS", ())
    return tuple(sorted(records, key=lambda record: (record.order, record.name)))
