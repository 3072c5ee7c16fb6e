# SPDX-License-Identifier: Apache-2.0
"""What an operation on vectors is: what its ports carry, its circuit, and what a reader must know."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction
from typing import Any

from spikefloat.rtl_gen.circuits.operation import Record, has_arithmetic
from spikefloat.rtl_gen.formats import Format, Overflow
from spikefloat.rtl_gen.neurons.builder import Bit, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary

__all__ = [
    "Digits",
    "Elementwise",
    "Paired",
    "Passes",
    "PortRole",
    "Running",
    "Scan",
    "VectorOperation",
    "VectorOptions",
    "Words",
    "can_give",
]

#: Words by their names: what registers keep.
Words = Mapping[str, Word]


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
    OUTPUTS = "outputs"  #: A float for each output of a layer.
    INDEX = "index"  #: The index of an element, an unsigned integer.
    SUMS = "sums"  #: The exact sum of products of each block, an integer in two's complement.
    FLAGS = "flags"  #: One bit for each block.


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
class VectorOptions:
    """Which circuit of an operation that goes over the elements of a vector in some order."""

    format: Format  #: That of the elements.
    to: Format  #: That of the results.
    length: int  #: Elements of a vector, at most.
    overflow: Overflow | None = None  #: What a result that is too large becomes, if it rounds.
    epsilon: Fraction | None = None  #: What is added before a reciprocal root.


@dataclass(frozen=True, kw_only=True)
class Elementwise:
    """An operation whose results each come of one element of each operand.

    Its circuit is that of the operation, for vectors of one element.
    """


@dataclass(frozen=True, kw_only=True)
class Paired:
    """An operation whose results come of two neighbours of its first operand, as many as these."""

    #: Called with a gate library, options, both neighbours, whether the second result is meant, and
    #: what the other operands have for the two, by name; returns the code of that result.
    result: Callable[[GateLibrary, VectorOptions, tuple[Word, Word], Bit, Words], Word]


@dataclass(frozen=True, kw_only=True)
class Scan:
    """How elements that are stored are gone over once more, and what is kept of that."""

    #: Width of each word that is kept.
    kept: Callable[[VectorOptions], dict[str, int]]
    #: Called with a gate library, options, what was kept as the elements came in, and an element;
    #: returns what is stored in its place.
    change: Callable[[GateLibrary, VectorOptions, Words, Word], Word]
    #: Called with a gate library, options, what is kept so far, what is stored of an element, and
    #: whether it is the first; returns what is kept then.
    add: Callable[[GateLibrary, VectorOptions, Words, Word, Bit], dict[str, Word]]


@dataclass(frozen=True, kw_only=True)
class Digits:
    """What is done digit by digit, between the last element and the first result."""

    count: int  #: How many clocks that takes.
    #: Called with a gate library, options, and all that was kept; returns all words of the work.
    begin: Callable[[GateLibrary, VectorOptions, Words], dict[str, Word]]
    moved: tuple[str, ...]  #: Words of the work that a step reads.
    #: Called with a gate library and these; returns those that change.
    step: Callable[[GateLibrary, Words], dict[str, Word]]


@dataclass(frozen=True, kw_only=True)
class Passes:
    """How an operation goes over the elements of a vector more than once.

    They come in and are stored; they may be gone over once more; numbers that concern them all are
    made; then each of them becomes a result. The other operands are needed then only.
    """

    #: Width of each word that is kept of the elements as they come in.
    kept: Callable[[VectorOptions], dict[str, int]]
    #: Called with a gate library, options, what is kept so far, an element, and whether it is the
    #: first; returns what is kept then, by the same names.
    take: Callable[[GateLibrary, VectorOptions, Words, Word, Bit], dict[str, Word]]
    scan: Scan | None = None
    digits: Digits | None = None
    #: Called with a gate library, options, and all that was kept or, after digits, the work;
    #: returns what results take of it.
    settle: Callable[[GateLibrary, VectorOptions, Words], dict[str, Word]]
    #: Called with a gate library, options, what ``settle`` gave, what is stored of an element, and
    #: its code in each of the other operands, by name; returns the code of its result.
    give: Callable[[GateLibrary, VectorOptions, Words, Word, Words], Word]
    is_exact: bool = False  #: Whether a vector must have as many elements as it can have.


@dataclass(frozen=True, kw_only=True)
class VectorOperation(Record):
    """An operation on vectors of floats, and the circuit that computes it."""

    operands: Mapping[str, PortRole] = field(hash=False)  #: What each input port carries: floats.
    result: PortRole  #: What the output port ``y`` carries.
    #: Called with a gate library, the format of the operands and that of the result, and the codes
    #: of each operand, as a sequence of words; with ``overflow``, if it rounds, and ``control``, if it
    #: can in every way. Returns the codes of the result as a sequence of words.
    circuit: Callable[..., Sequence[Word]]
    rounds: bool  #: Whether a result is rounded, and so may be too large.
    takes_rounding: bool = (
        False  #: Whether the last rounding can be any, and not to nearest even only.
    )
    takes_flags: bool = False  #: Whether it can raise flags, as it has no other rounding.
    #: What becomes of NaN, infinities and ties, and each rounding on the way to a result: lines for
    #: the comment above the Verilog. ``{format}`` and ``{to}`` stand for names of formats, and
    #: ``{rounding}`` for the way of the last rounding.
    notes: tuple[str, ...]
    formats: Callable[[Format], bool] = has_arithmetic  #: Whether it works for a format.
    #: Whether a result of the second format is possible for operands of the first; None if there is
    #: no choice. The format of the operands is always possible, and the default.
    targets: Callable[[Format, Format], bool] | None = None
    #: How it takes one element after the other, if it can.
    running: Running | Elementwise | Paired | Passes | None = None
    multiple: int = 1  #: The length must be a multiple of this number.
    has_epsilon: bool = False  #: Whether the circuit takes ``epsilon``, a fraction.

    def lines(self, fmt: Format, to: Format, rounding: str) -> tuple[str, ...]:
        """Return the notes for formats of operands and result, and a way to round in words."""
        names: dict[str, Any] = {"format": fmt.name, "to": to.name, "rounding": rounding}
        return tuple(note.format(**names) for note in self.notes)
