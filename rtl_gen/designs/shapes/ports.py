# SPDX-License-Identifier: Apache-2.0
"""What each port of a design carries, where these are of several kinds; the shape of vectors."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass

from spikefloat.rtl_gen.circuits.vector_operation import PortRole
from spikefloat.rtl_gen.designs.shapes.vector import DEFAULT_LENGTH, Shape, make_vector_shape
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import Format, Integer

__all__ = ["ElementsShape", "PortCodes", "PortShape", "make_elements_shape"]


@dataclass(frozen=True)
class PortCodes:
    """Codes side by side at a port."""

    format: Format | Integer
    count: int
    is_vector: bool = True  #: Whether the codes have an axis of their own, also a single one.

    @property
    def width(self) -> int:
        """Bits of all codes."""
        return self.format.width * self.count

    @property
    def axes(self) -> tuple[int, ...]:
        """Shape of the codes of one operation."""
        return (self.count,) if self.is_vector else ()


@dataclass(frozen=True, kw_only=True)
class PortShape(Shape):
    """The shape of a design whose ports have roles."""

    @property
    @abstractmethod
    def elements(self) -> int:
        """Number of elements of a vector."""

    def ports(
        self, roles: Mapping[str, PortRole], floats: Mapping[str, Format]
    ) -> dict[str, PortCodes]:
        """Return what each port carries, by name.

        Parameters
        ----------
        roles : mapping of str to PortRole
            Those of the ports of a design.
        floats : mapping of str to Format
            Format of the floats at each port, of those that carry such.
        """
        return {name: self.codes(role, floats[name]) for name, role in roles.items()}

    def codes(self, role: PortRole, floats: Format) -> PortCodes:
        """Return what a port of a role carries, floats of some format if it is these."""
        match role:
            case PortRole.FLOATS:
                return PortCodes(floats, self.elements)
            case PortRole.PAIRS:
                return PortCodes(floats, self.elements // 2)
            case PortRole.FLOAT:
                return PortCodes(floats, 1, is_vector=False)
            case PortRole.INDEX:
                width = max((self.elements - 1).bit_length(), 1)
                index = Integer(name=f"uint{width}", width=width, is_signed=False)
                return PortCodes(index, 1, is_vector=False)
        raise ValueError(f"Ports of {type(self).__name__} have no {role}")


@dataclass(frozen=True, kw_only=True)
class ElementsShape(PortShape):
    """Vectors of one length."""

    length: int = DEFAULT_LENGTH  #: Number of elements in each.

    @property
    def name(self) -> str:
        """Part of the name of a module: ``16``."""
        return str(self.length)

    @property
    def elements(self) -> int:
        """Number of elements of a vector."""
        return self.length


def make_elements_shape(
    design: str, length: int | None = None, *, multiple: int = 1
) -> ElementsShape:
    """Return the shape of the vectors of an operation.

    Parameters
    ----------
    design : str
        Name of the operation, for messages.
    length : int, optional
        Number of elements, 1 to 1024; 16 by default.
    multiple : int
        What the length must be a multiple of.

    Raises
    ------
    InputError
        If the length is out of range.
    """
    count = make_vector_shape(length).length
    if count % multiple:
        raise InputError(f"Length of {design} must be a multiple of {multiple}, not {count!r}")
    return ElementsShape(length=count)
