# SPDX-License-Identifier: Apache-2.0
"""What an operation on vectors is: what its ports carry, its circuit, and what a reader must know."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from spikefloat.rtl_gen.circuits.operation import Record, has_arithmetic
from spikefloat.rtl_gen.formats import Format
from spikefloat.rtl_gen.neurons.builder import Bit, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary

__all__ = ["PortRole", "Running", "VectorOperation", "can_give"]


def can_give(fmt: Format, to: Format) -> bool:
    """Tell whether results of operands of a format can have another: NaN needs one that has it."""
    return has_arithmetic(to) and to.has_nan >= fmt.has_nan


class PortRole(Enum):
    """What a port of a design on vectors or blocks carries."""

    ELEMENTS = "elements"  #: The elements of all blocks.
    SCALES = "scales"  #: The scale of each block.
    FLOATS = "floats"  #: A float for each element.
    PAIRS = "pairs"  #: A float for every two elements.
    FLOAT = "float"  #: One float.
    INDEX = "index"  #: The index of an element, an unsigned integer.


@dataclass(frozen=True, kw_only=True)
class Running:
    """How an operation takes one element after the other, and what it keeps of them."""

    #: Bits that are kept: called with the format of the elements and the most of a vector.
    state: Callable[[Format, int], int]
    #: Called with a gate library, that format and that number, the state, an element, and whether
    #: it is the first of its vector; returns the next state.
    step: Callable[[GateLibrary, Format, int, Word, Word, Bit], Word]
    #: Called with a gate library, that format, that of the result, that number, the state after the
    #: last element, and ``overflow``; returns the code of the result.
    finish: Callable[..., Word]


@dataclass(frozen=True, kw_only=True)
class VectorOperation(Record):
    """An operation on vectors of floats, and the circuit that computes it."""

    operands: Mapping[str, PortRole] = field(hash=False)  #: What each input port carries: floats.
    result: PortRole  #: What the output port ``y`` carries.
    #: Called with a gate library, the format of the operands and that of the result, and the codes
    #: of each operand, as a sequence of words; with ``overflow``, if it rounds. Returns the codes of
    #: the result as a sequence of words.
    circuit: Callable[..., Sequence[Word]]
    rounds: bool  #: Whether a result is rounded, and so may be too large.
    #: What becomes of NaN, infinities and ties, and each rounding on the way to a result: lines for
    #: the comment above the Verilog. ``{format}`` and ``{to}`` stand for names of formats.
    notes: tuple[str, ...]
    formats: Callable[[Format], bool] = has_arithmetic  #: Whether it works for a format.
    #: Whether a result of the second format is possible for operands of the first; None if there is
    #: no choice. The format of the operands is always possible, and the default.
    targets: Callable[[Format, Format], bool] | None = None
    running: Running | None = None  #: How it takes one element after the other, if it can.
    multiple: int = 1  #: The length must be a multiple of this number.
    has_epsilon: bool = False  #: Whether the circuit takes ``epsilon``, a fraction.

    def lines(self, fmt: Format, to: Format) -> tuple[str, ...]:
        """Return the notes for formats of operands and result."""
        names: dict[str, Any] = {"format": fmt.name, "to": to.name}
        return tuple(note.format(**names) for note in self.notes)
