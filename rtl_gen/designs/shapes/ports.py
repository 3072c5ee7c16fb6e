# SPDX-License-Identifier: Apache-2.0
"""What each port of a design carries, where these are of several kinds; the shape of vectors."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from spikefloat.rtl_gen.circuits.parts.powers import binary_exponent
from spikefloat.rtl_gen.circuits.vector_operation import PortRole
from spikefloat.rtl_gen.designs.shapes.vector import DEFAULT_LENGTH, Shape, make_vector_shape
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import FORMATS, Format, Integer

__all__ = ["ElementsShape", "PortCodes", "PortShape", "make_elements_shape"]

#: The value of bfloat16 that is nearest to 1e-5: 1.00135803e-05.
_DEFAULT_EPSILON = Fraction(21, 1 << 21)

#: Smaller ones would only make sums longer.
_LEAST_EPSILON = Fraction(1, 1 << 32)


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
    #: What is added before a reciprocal root, a value of bfloat16; of operations with such.
    epsilon: Fraction | None = None

    @property
    def name(self) -> str:
        """Part of the name of a module: ``16``, ``16_epsilon1_2m20`` for an epsilon of ``2**-20``."""
        if self.epsilon in (None, _DEFAULT_EPSILON):
            return str(self.length)
        assert self.epsilon is not None
        power = self.epsilon.denominator.bit_length() - 1
        return f"{self.length}_epsilon{self.epsilon.numerator}_2m{power}"

    @property
    def elements(self) -> int:
        """Number of elements of a vector."""
        return self.length


def make_elements_shape(
    design: str,
    length: int | None = None,
    *,
    multiple: int = 1,
    has_epsilon: bool = False,
    epsilon: Fraction | float | None = None,
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
    has_epsilon : bool
        Whether something is added before a reciprocal root.
    epsilon : Fraction or float, optional
        What that is, from ``2**-32`` to 1, rounded to bfloat16; 1e-5 by default.

    Raises
    ------
    InputError
        If the length or epsilon is out of range, or epsilon is given for another operation.
    """
    count = make_vector_shape(length).length
    if count % multiple:
        raise InputError(f"Length of {design} must be a multiple of {multiple}, not {count!r}")
    if not has_epsilon:
        if epsilon is not None:
            raise InputError(f"Epsilon must be for rms_norm or layer_norm, not for {design}")
        return ElementsShape(length=count)
    added = _DEFAULT_EPSILON if epsilon is None else _rounded_epsilon(epsilon)
    return ElementsShape(length=count, epsilon=added)


def _rounded_epsilon(epsilon: Fraction | float) -> Fraction:
    """Return the nearest value of bfloat16; of two, the one whose significand is even."""
    if not _LEAST_EPSILON <= epsilon <= 1:  # NaN is refused, too.
        raise InputError(f"Epsilon must be a number from 2**-32 to 1, not {float(epsilon):g}")
    exact = Fraction(epsilon)
    place = Fraction(2) ** (binary_exponent(exact) - FORMATS["bfloat16"].mantissa_bits)
    return round(exact / place) * place
