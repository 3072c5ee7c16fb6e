# SPDX-License-Identifier: Apache-2.0
"""Integer formats as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spikefloat.rtl_gen.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

__all__ = ["INTEGERS", "Integer", "find_integer"]


@dataclass(frozen=True, kw_only=True)
class Integer:
    """An integer of some bits, in two's complement if it has a sign."""

    name: str
    width: int
    is_signed: bool

    @property
    def lowest(self) -> int:
        """Smallest value."""
        return -(1 << self.width - 1) if self.is_signed else 0

    @property
    def highest(self) -> int:
        """Largest value."""
        return (1 << self.width - self.is_signed) - 1

    def decode(self, codes: ArrayLike) -> NDArray[np.int64]:
        """Return the values of codes, which are unsigned numbers of :attr:`width` bits.

        Raises
        ------
        ValueError
            If a code has more bits.
        """
        import numpy as np  # Formats are also listed where no array is needed.

        array = np.asarray(codes, np.int64)
        if self.width == 64:
            return array if self.is_signed else array.view(np.uint64)
        if ((array < 0) | (array >> self.width != 0)).any():
            raise InputError(f"Code of {self.name} must be from 0 to {(1 << self.width) - 1:#x}")
        return np.where(array > self.highest, array - (1 << self.width), array)


#: Every integer format, by name.
INTEGERS: dict[str, Integer] = {
    f"{'' if is_signed else 'u'}int{width}": Integer(
        name=f"{'' if is_signed else 'u'}int{width}", width=width, is_signed=is_signed
    )
    for width in (4, 8, 16, 32, 64)
    for is_signed in (True, False)
}


def find_integer(name: str) -> Integer:
    """Return the integer format called ``name``.

    Raises
    ------
    ValueError
        If there is no such format.
    """
    try:
        return INTEGERS[name.lower()]
    except KeyError:
        raise InputError(f"Integer must be one of {', '.join(INTEGERS)}, not {name!r}") from None
