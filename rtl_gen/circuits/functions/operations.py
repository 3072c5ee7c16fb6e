# SPDX-License-Identifier: Apache-2.0
"""Functions of one operand as neuron graphs: the table of the function, as multiplexers.

The table has an entry for each code of the operand, and for each rounding mode and random number
where these are operands too: the code of the function's value, rounded once, and the flags. Formats
of 16 bits would need too large a table; :mod:`.computed` is for those.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from spikefloat.rtl_gen.circuits.functions.computed import PRECISIONS, computed_function
from spikefloat.rtl_gen.circuits.functions.function import Tabulated
from spikefloat.rtl_gen.circuits.functions.own import OwnFunction
from spikefloat.rtl_gen.circuits.functions.records import FUNCTIONS
from spikefloat.rtl_gen.circuits.operation import Operation, Result, has_arithmetic
from spikefloat.rtl_gen.circuits.parts.rounding_modes import (
    FLAGS,
    NEAREST_EVEN,
    RoundingControl,
)
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import (
    PORT_CODES,
    PORT_WIDTH,
    Format,
    Overflow,
    Rounding,
    resolve_overflow,
)
from spikefloat.rtl_gen.neurons.builder import Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary

__all__ = [
    "MAX_ADDRESS_BITS",
    "MAX_OPERAND_WIDTH",
    "MAX_RESULT_WIDTH",
    "function_of_code",
    "is_operand",
    "table_operation",
]

#: Widest operand and result of a table, in bits.
MAX_OPERAND_WIDTH, MAX_RESULT_WIDTH = 8, 16
#: Most bits that a table is addressed with: those of the operand and of random numbers.
MAX_ADDRESS_BITS = 16

#: The mode for each value of the operand that chooses it.
_MODES_OF_PORT = PORT_CODES + (Rounding.NEAREST_EVEN,) * ((1 << PORT_WIDTH) - len(PORT_CODES))


def function_of_code(
    function: Tabulated,
    gates: GateLibrary,
    fmt: Format,
    to: Format,
    a: Word,
    overflow: Overflow | None = None,
    *,
    control: RoundingControl = NEAREST_EVEN,
) -> Word:
    """Return the code of a function's value, rounded once.

    NaN if ``a`` is NaN or outside the function's domain; infinity at a pole.

    Parameters
    ----------
    function : Tabulated
        The function.
    gates : GateLibrary
        Where the neurons are made, in either library.
    fmt, to : Format
        Format of the operand, up to 8 bits, and of the result, up to 16; or one format of those
        that the function is computed in, for both.
    a : Word
        Code of the operand.
    overflow : Overflow
        What a result beyond the largest finite value becomes; the default of ``to`` if None.
    control : RoundingControl
        How to round.

    Raises
    ------
    ValueError
        If the width is wrong, there are too many random bits, or there are any for a function that
        is computed.
    """
    if len(a) != fmt.width:
        raise InputError(f"Code must have {fmt.width} bits for {fmt.name}, not {len(a)}")
    policy = resolve_overflow(to, overflow)
    if fmt.width > MAX_OPERAND_WIDTH:
        if control.mode is not None and control.mode.is_stochastic:
            raise InputError(
                f"Rounding of {function.name} for {fmt.name} must not be stochastic, as "
                f"its value is known only as far as other modes look, not {control.mode.value!r}"
            )
        return computed_function(function.name, gates, fmt, a, policy, control)
    address = (*a, *control.port, *control.random)
    if len(address) > MAX_ADDRESS_BITS:
        most = MAX_ADDRESS_BITS - fmt.width
        raise InputError(
            f"Random bits of {function.name} must be at most {most} for {fmt.name}, "
            f"not {len(control.random)}"
        )
    # These load numpy, which a list of designs does without.
    from spikefloat.rtl_gen.circuits.functions.table import entries
    from spikefloat.rtl_gen.circuits.parts.lookup import look_up

    flags = control.flags
    modes = (control.mode,) if control.mode is not None else _MODES_OF_PORT
    is_tiny_before = flags is not None and flags.is_tiny_before
    table = entries(
        function, fmt, to, policy, modes, len(control.random), is_tiny_before, flags is not None
    )
    width = to.width + (len(FLAGS) if flags is not None else 0)
    with gates.builder.scope("table", a=address):
        word = look_up(gates, table, address, width)
    if flags is not None:
        # One by one, since a signalling operand raises one of them, too.
        flags.inexact, flags.tiny, flags.overflow, flags.divide_by_zero, flags.invalid = word[
            to.width :
        ]
    return word[: to.width]


def _entry_of_code(own: OwnFunction, gates: GateLibrary, fmt: Format, to: Format, a: Word) -> Word:
    """Return the code that a table of codes has for another one."""
    from spikefloat.rtl_gen.circuits.parts.lookup import look_up  # loads numpy

    with gates.builder.scope("table", a=a):
        return look_up(gates, own.result_codes(fmt, to), a, to.width)


def is_operand(fmt: Format) -> bool:
    """Tell whether a format can be that of the operand of a table."""
    return has_arithmetic(fmt) and fmt.is_signed and fmt.width <= MAX_OPERAND_WIDTH


def _is_operand(name: str, fmt: Format) -> bool:
    return fmt.name in PRECISIONS.get(name, ()) or is_operand(fmt)


def _is_result(name: str, fmt: Format, to: Format) -> bool:
    if fmt.width > MAX_OPERAND_WIDTH:
        return _is_operand(name, fmt) and to == fmt
    return is_operand(fmt) and has_arithmetic(to) and to.width <= MAX_RESULT_WIDTH


def _operation(name: str, summary: str, circuit: Callable[..., Word], **fields: Any) -> Operation:
    return Operation(
        name=name,
        summary=summary,
        operands=("a",),
        circuit=circuit,
        formats=partial(_is_operand, name),
        targets=partial(_is_result, name),
        keeps_format=True,
        **{"result": Result.ROUNDED, **fields},
    )


RECORDS = tuple(
    _operation(
        function.name,
        f"y = {function.summary}, rounded once",
        partial(function_of_code, function),
        order=2000 + number,
    )
    for number, function in enumerate(FUNCTIONS.values())
)


def table_operation(own: OwnFunction) -> Operation:
    """Return a function of the user's own as an operation, called ``table``."""
    if own.has_codes:
        summary, circuit = f"y = the code in {own.name}", partial(_entry_of_code, own)
        return _operation("table", summary, circuit, result=Result.EXACT)
    summary = f"y = {own.name} of a, rounded once"
    return _operation("table", summary, partial(function_of_code, own))
