# SPDX-License-Identifier: Apache-2.0
"""Signalling comparisons: those of :mod:`~.compare`, to which every NaN is invalid.

IEEE 754-2019 (5.11) has them for programs that do not expect NaN; RISC-V's ``flt`` and ``fle`` are
of them, its ``feq`` is not. To the quiet ones only signalling NaNs are invalid.
"""

from collections.abc import Callable
from functools import partial

from spikefloat.rtl_gen.circuits.operation import Operation, Result
from spikefloat.rtl_gen.circuits.operations import compare
from spikefloat.rtl_gen.circuits.parts.rounding_modes import NEAREST_EVEN, RoundingControl
from spikefloat.rtl_gen.formats import Format
from spikefloat.rtl_gen.neurons.builder import Bit, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary

__all__ = ["RECORDS", "signalling"]


def signalling(
    gates: GateLibrary,
    fmt: Format,
    a: Word,
    b: Word,
    *,
    relation: Callable[..., Word | Bit],
    control: RoundingControl = NEAREST_EVEN,
) -> Word | Bit:
    """Return whether a relation holds, which is invalid if ``a`` or ``b`` is NaN.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    fmt : Format
        Format of the operands.
    a, b : Word
        Codes of the operands.
    relation : callable
        The comparison, which is quiet.
    control : RoundingControl
        Where flags are collected, if at all.

    Raises
    ------
    ValueError
        If the format has no sign (e8m0fnu), or a width is wrong.
    """
    if control.flags is not None:
        control.raise_invalid(gates, compare.unordered(gates, fmt, a, b), nans=())
    return relation(gates, fmt, a, b)


RECORDS = tuple(
    Operation(
        name=f"signalling_{record.name}",
        summary=f"{record.summary}, invalid if either is NaN",
        operands=record.operands,
        circuit=partial(signalling, relation=record.circuit),
        result=Result.PREDICATE,
        raises=True,
        order=98,
    )
    for record in compare.RECORDS
    if record.name in ("equal", "less", "less_equal", "greater", "greater_equal")
)
