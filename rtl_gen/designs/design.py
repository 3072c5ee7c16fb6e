# SPDX-License-Identifier: Apache-2.0
"""What a design is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from spikefloat.rtl_gen.designs.options import CircuitOptions
from spikefloat.rtl_gen.formats import Format
from spikefloat.rtl_gen.neurons.builder import Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary

__all__ = ["Circuit", "Design"]

#: Makes the neurons of a design. The third argument is the shape that the design has.
Circuit = Callable[[GateLibrary, CircuitOptions, Any, tuple[Word, ...]], Word]


@dataclass(frozen=True, kw_only=True)
class Design:
    """A circuit that the generator can make."""

    name: str
    summary: str  #: One line for a reader.
    operands: tuple[str, ...]  #: Input ports, each one code wide, or a vector of codes.
    result: str = "y"  #: Output port.
    circuit: Circuit
    formats: tuple[str, ...]  #: Names of the formats it works for.
    check: str  #: How it is checked, for a reader.
    is_predicate: bool = False  #: Whether the result is one bit, not a code.
    is_vector: bool = False  #: Whether operands are vectors, element 0 lowest.
    is_layer: bool = False  #: Whether it is made of linear layers; the result is a vector, too.
    #: Names of the formats that the result may have, for a format of the operands; None if it can
    #: only have that.
    targets: Callable[[Format], tuple[str, ...]] | None = None
