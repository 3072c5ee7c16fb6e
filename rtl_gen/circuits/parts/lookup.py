# SPDX-License-Identifier: Apache-2.0
"""A table as neurons: a multiplexer where a bit of the address matters, equal parts shared."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.neurons.builder import ONE, ZERO, Bit, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary

__all__ = ["look_up"]


def look_up(gates: GateLibrary, entries: ArrayLike, address: Word, width: int) -> Word:
    """Return the entry of a table at an address.

    The highest bit of the address is decided first: a function that grows with its operand has few
    different parts then.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    entries : array of int
        The table, from address 0 on, ``2**len(address)`` entries.
    address : Word
        The address, lowest bit first.
    width : int
        Number of bits of an entry.

    Raises
    ------
    InputError
        If the table has another size, or an entry does not fit.
    """
    table = np.asarray(entries)
    if table.shape != (1 << len(address),):
        raise InputError(
            f"Table must have {1 << len(address)} entries, as its address has {len(address)} bits, "
            f"not the shape {table.shape}"
        )
    if not ((table >= 0) & (table < 1 << width)).all():
        raise InputError(
            f"Entries of a table must be from 0 to {(1 << width) - 1}, "
            f"not from {table.min()} to {table.max()}"
        )
    made: dict[bytes, Bit] = {}

    def decide(part: NDArray[np.bool_], place: int) -> Bit:
        """Return a bit of the part of a table that the lowest places of the address select."""
        if part.all():
            return ONE
        if not part.any():
            return ZERO
        key = part.tobytes()
        if key not in made:
            opposite = (~part).tobytes()
            if opposite in made:
                made[key] = gates.not_(made[opposite])
            else:
                zero, one = (decide(half, place - 1) for half in np.split(part, 2))
                select = address[place - 1]
                made[key] = (
                    one if one == zero else gates.mux(select, one, zero, name=f"entry_{place}")
                )
        return made[key]

    bits = ((table >> bit & 1).astype(bool) for bit in range(width))
    return gates.builder.name_word("value", tuple(decide(bit, len(address)) for bit in bits))
