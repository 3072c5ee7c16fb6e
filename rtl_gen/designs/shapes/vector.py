# SPDX-License-Identifier: Apache-2.0
"""How a design on vectors adds, and how many codes its operands have."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import TypeVar

from spikefloat.rtl_gen.circuits.sums.dot import ACCUMULATIONS
from spikefloat.rtl_gen.errors import InputError, unknown_name
from spikefloat.rtl_gen.formats import Format, find_format

__all__ = [
    "DEFAULT_LENGTH",
    "MAX_LENGTH",
    "Shape",
    "VectorShape",
    "make_vector_shape",
    "require_exact",
    "with_accumulation",
]

#: Formats of the nodes of a wide accumulation; the default one is the last.
_NODE_FORMATS = ("binary16", "bfloat16", "binary32")

#: Length of vectors of which nothing is said.
DEFAULT_LENGTH = 16

#: Longest vectors; a longer dot product is better done in parts.
MAX_LENGTH = 1024


@dataclass(frozen=True, kw_only=True)
class Shape(ABC):
    """How a design on vectors adds."""

    #: One of :data:`~spikefloat.rtl_gen.circuits.sums.dot.ACCUMULATIONS`.
    accumulate: str = "exact"
    wide: Format | None = None  #: Format of the nodes, where they have one of their own.

    @property
    @abstractmethod
    def name(self) -> str:
        """Part of the name of a module."""

    @property
    def accumulation_name(self) -> str:
        """Part of the name of a module: ``exact``, ``wide_binary32``."""
        return f"{self.accumulate}_{self.wide.name}" if self.wide else self.accumulate


@dataclass(frozen=True, kw_only=True)
class VectorShape(Shape):
    """Operands of several codes, and a result of one."""

    length: int = DEFAULT_LENGTH  #: Number of codes in each operand.

    @property
    def name(self) -> str:
        """Part of the name of a module: ``16_exact``."""
        return f"{self.length}_{self.accumulation_name}"


_AnyShape = TypeVar("_AnyShape", bound=Shape)


def make_vector_shape(length: int | None = None) -> VectorShape:
    """Return the shape of vectors of a length, which is 16 by default.

    Raises
    ------
    InputError
        If the length is out of range.
    """
    if length is None:
        return VectorShape()
    if not 1 <= length <= MAX_LENGTH:
        raise InputError(f"Length must be between 1 and {MAX_LENGTH}, not {length!r}")
    return VectorShape(length=length)


def require_exact(shape: Shape, ways: str) -> None:
    """Refuse sums that round at each step, for ways to round that only exact ones have.

    Raises
    ------
    InputError
        If the shape adds in another way.
    """
    if shape.accumulate != "exact":
        raise InputError(
            f"Accumulation must be exact for {ways}, as the others round at each step, "
            f"not {shape.accumulate!r}"
        )


def with_accumulation(shape: _AnyShape, accumulate: str | None, wide: str | None) -> _AnyShape:
    """Return a shape that adds in a given way.

    Parameters
    ----------
    shape : Shape
        Of vectors or layers.
    accumulate : str, optional
        One of :data:`~spikefloat.rtl_gen.circuits.sums.dot.ACCUMULATIONS`; exact by default.
    wide : str, optional
        Name of the format of the nodes, for ``wide``; binary32 by default.

    Raises
    ------
    InputError
        If a name is unknown, or a format is given for another way.
    """
    accumulate = accumulate or "exact"
    if accumulate not in ACCUMULATIONS:
        raise unknown_name("Accumulation", accumulate, ACCUMULATIONS)
    if accumulate != "wide":
        if wide is not None:
            raise InputError(f"Format of the nodes must be given for wide, not for {accumulate!r}")
        return replace(shape, accumulate=accumulate, wide=None)
    nodes = find_format(wide or _NODE_FORMATS[-1])
    if nodes.name not in _NODE_FORMATS:
        raise unknown_name("Format of the nodes", nodes.name, _NODE_FORMATS)
    return replace(shape, accumulate=accumulate, wide=nodes)
