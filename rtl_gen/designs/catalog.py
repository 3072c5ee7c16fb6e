# SPDX-License-Identifier: Apache-2.0
"""The catalogue: everything that can be generated; each file of operations is found by itself."""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any, TypeVar

from spikefloat.rtl_gen.circuits import blocks, fpu, operations, scaled, vectors
from spikefloat.rtl_gen.circuits.functions import operations as functions
from spikefloat.rtl_gen.circuits.functions.own import OwnFunction
from spikefloat.rtl_gen.circuits.functions.own_files import own_function
from spikefloat.rtl_gen.circuits.mixed import MIXED
from spikefloat.rtl_gen.circuits.operation import Operation, Result, discover, has_arithmetic
from spikefloat.rtl_gen.circuits.operations.sign import canonical_result
from spikefloat.rtl_gen.circuits.vector_operation import VectorOperation
from spikefloat.rtl_gen.designs.design import Block, Cell, Design, Entry, Kind, Table
from spikefloat.rtl_gen.designs.options import CircuitOptions
from spikefloat.rtl_gen.designs.shapes.circuits import dot_circuit, linear_circuit, vector_circuit
from spikefloat.rtl_gen.designs.shapes.scaled import SCALED, ScaledRecord
from spikefloat.rtl_gen.errors import InputError, unknown_name
from spikefloat.rtl_gen.formats import FORMATS, Format, NanPolicy
from spikefloat.rtl_gen.neurons.builder import Bit, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary

__all__ = [
    "CATALOGUE",
    "design_for",
    "entries",
    "find_design",
    "find_entry",
    "operation_design",
    "scaled_design",
    "vector_design",
]

_Entry = TypeVar("_Entry", bound=Entry)

#: How operations are checked, by their number of operands.
_CHECKS = {
    1: "every code up to 16 bits; corners and random codes above",
    2: "every operand pair up to 8 bits; corners and random pairs above",
    3: "every operand triple up to 8 bits in the graph, a sample in RTL; random above",
    4: "directed and random operands",
}


def operation_design(operation: Operation) -> Design:
    """Return the design of a scalar operation."""
    converts = operation.targets
    rounds = operation.result is Result.ROUNDED

    def circuit(
        gates: GateLibrary, options: CircuitOptions, shape: None, operands: tuple[Word, ...]
    ) -> Word | Bit | dict[str, Word]:
        formats = (options.format, *((options.result_format,) if converts else ()))
        count = len(operation.operands)
        control = options.rounding.control(operands[count:])
        how: dict[str, Any] = {"control": control} if rounds or operation.raises else {}
        how |= {"overflow": options.overflow} if rounds else {}
        words, own = operands[:count], (options.format,) * count
        if options.is_mixed:
            own, to = (options.format, *options.others), options.result_format
            result: Word | Bit = MIXED[operation.name](gates, own, to, *words, **how)
        else:
            result = operation.circuit(gates, *formats, *words, **how)
        if options.nan is NanPolicy.CANONICAL:
            result = canonical_result(gates, options.format, words[0], result)
        operation.collect_signals(gates, control.flags, own, words)
        return control.with_flags(gates, result)

    def works_for(fmt: Format) -> bool:
        return operation.formats(fmt) and (
            converts is None or any(converts(fmt, to) for to in FORMATS.values())
        )

    return Design(
        name=operation.name,
        summary=operation.summary,
        kind=Kind.OPERATION,
        operands=operation.operands,
        operand_widths=operation.operand_widths,
        circuit=circuit,
        works_for=works_for,
        check=_CHECKS[min(len(operation.operands), 4)],
        rounds=rounds,
        result_width=1 if operation.result is Result.PREDICATE else operation.result_width,
        takes_rounding=rounds,
        takes_flags=operation.takes_flags,
        keeps_nan=operation.keeps_nan,
        drops_sign=operation.drops_sign,
        fits_graph=operation.fits_graph,
        converts=converts,
        keeps_format=operation.keeps_format,
        mixes=operation.name in MIXED,
    )


def _has_codes(fmt: Format) -> bool:
    """Tell whether a format can be that of an encoder or a decoder."""
    return fmt.has_zero and fmt.is_signed and fmt.width <= 8


def _block(name: str, summary: str, operation: str, **inputs: int) -> Block:
    return Block(
        name=name,
        summary=summary,
        kind=Kind.BLOCK,
        works_for=lambda fmt: False,
        check="every input, in sweep, tolerance and criticality",
        inputs=inputs,
        circuit=getattr(blocks, name if operation == "sum" else f"{name}_gate"),
        operation=operation,
    )


def vector_design(record: VectorOperation) -> Design:
    """Return the design of an operation on vectors."""
    targets = record.targets
    return Design(
        name=record.name,
        summary=record.summary,
        kind=Kind.VECTOR,
        operands=tuple(record.operands),
        roles={**record.operands, "y": record.result},
        circuit=vector_circuit(record),
        works_for=record.formats,
        rounds=record.rounds,
        takes_rounding=record.takes_rounding,
        takes_flags=record.takes_flags,
        converts=targets and (lambda fmt, to: fmt == to or targets(fmt, to)),
        check="directed and random vectors",
        vector=record,
    )


def scaled_design(record: ScaledRecord) -> Design:
    """Return the design of a record on blocks."""
    has_target = record.rounds and not record.sources
    converts = (lambda fmt, to: has_arithmetic(to) and to.has_nan) if has_target else None
    return Design(
        name=record.name,
        summary=record.summary,
        kind=Kind.SCALED,
        operands=tuple(record.operands),
        roles={**record.operands, **record.results},
        circuit=record.circuit,
        works_for=lambda fmt: fmt.name in record.sources,
        rounds=converts is not None,
        takes_rounding=record.takes_rounding,
        converts=converts,
        check="directed and random blocks",
    )


#: Options of a neuron.
_NEURON = ("weights", "threshold", "leak", "reset", "bias", "fraction_bits", "membrane_width")

_CELLS = (
    Cell(
        name="neuron",
        summary="one clocked integrate-and-fire cell: membrane, leak, threshold, reset",
        kind=Kind.CELL,
        works_for=lambda fmt: False,
        options=_NEURON,
        check="step by step against an integer model, random spike trains",
    ),
    Cell(
        name="encoder",
        summary="fixed point to a code, through a spike train, rounded to nearest even",
        kind=Kind.CELL,
        works_for=_has_codes,
        options=("integer_bits", "fraction_bits"),
        check="every number up to 21 bits with sign; ties and random ones above",
    ),
    Cell(
        name="decoder",
        summary="a code to fixed point, through a spike train, rounded to nearest even",
        kind=Kind.CELL,
        works_for=_has_codes,
        options=("integer_bits", "fraction_bits"),
        check="every code",
    ),
)

_VECTORS = (
    Design(
        name="dot",
        summary="y = a[0] * b[0] + a[1] * b[1] + ..., codes side by side",
        kind=Kind.VECTOR,
        operands=("a", "b"),
        circuit=dot_circuit,
        works_for=has_arithmetic,
        converts=lambda fmt, to: has_arithmetic(to),
        takes_rounding=True,
        takes_flags=True,
        check="directed and random vectors",
    ),
    Design(
        name="linear",
        summary="y = act(w x + b), one linear layer or several, codes side by side",
        kind=Kind.LAYER,
        operands=("x", "w", "b"),
        circuit=linear_circuit,
        works_for=lambda fmt: has_arithmetic(fmt) and fmt.width <= 8,
        # A sum can be NaN if an operand can.
        converts=lambda fmt, to: has_arithmetic(to) and to.has_nan >= fmt.has_nan,
        check="directed and random vectors",
    ),
)

_TABLE = Table(
    name="table",
    summary="y = a function of one's own, of Python or a table: --function",
    kind=Kind.OPERATION,
    works_for=functions.is_operand,
    check=_CHECKS[1],
)

_BLOCKS = (
    _block("and", "y = a and b, the gate of the paper", "and", a=1, b=1),
    _block("or", "y = a or b, the gate of the paper", "or", a=1, b=1),
    _block("xor", "y = a xor b, the gate of the paper", "xor", a=1, b=1),
    _block("full_adder", "y = a + b + carry_in, of one bit", "sum", a=1, b=1, carry_in=1),
    _block("ripple4", "y = a + b, four bits in four full adders", "sum", a=4, b=4),
)

#: Everything that can be generated, by name.
CATALOGUE: dict[str, Entry] = {
    entry.name: entry
    for entry in (
        *_CELLS,
        *map(
            operation_design,
            (*discover(operations, Operation), *functions.RECORDS, *fpu.RECORDS, *scaled.RECORDS),
        ),
        _TABLE,
        *_VECTORS,
        *map(vector_design, discover(vectors, VectorOperation)),
        *map(scaled_design, SCALED),
        *_BLOCKS,
    )
}


def entries(kind: type[_Entry]) -> dict[str, _Entry]:
    """Return the entries of one type, by name and in order.

    Parameters
    ----------
    kind : type of Entry
        :class:`~spikefloat.rtl_gen.designs.design.Design`, ``Cell`` or ``Block``.
    """
    return {name: entry for name, entry in CATALOGUE.items() if isinstance(entry, kind)}


def find_entry(name: str, *kinds: type[_Entry]) -> _Entry:
    """Return the entry called ``name``.

    Parameters
    ----------
    name : str
        Name of an entry.
    *kinds : type of Entry
        Types that are possible.

    Raises
    ------
    InputError
        If there is no such entry, or it has another type.
    """
    if name not in CATALOGUE:
        raise unknown_name("Design", name, CATALOGUE)
    entry = CATALOGUE[name]
    if not isinstance(entry, kinds):
        known = ", ".join(other for kind in kinds for other in entries(kind))
        raise InputError(f"Design must be one of {known}, not the {entry.kind} {name!r}")
    return entry


def find_design(name: str) -> Design:
    """Return the circuit of floats called ``name``.

    Raises
    ------
    InputError
        If there is no such entry of the catalogue, or it is a cell or a block.
    """
    return find_entry(name, Design)


def design_for(name: str, function: str | Callable[[float], object] | None) -> Design:
    """Return the design called ``name``, for a function of the user's own if it is a table.

    Parameters
    ----------
    name : str
        Name of a design.
    function : str or callable, optional
        What a table is for: see :func:`.functions.own_files.read_own_function`; or a function in
        Python, called with the value of each code as a float.

    Raises
    ------
    InputError
        If there is no such design or function, or a table has none, or another design has one.
    """
    if name not in entries(Table):
        if function is not None:
            raise InputError(f"Function must be given for table, not for {name}")
        return find_design(name)
    if function is None:
        raise InputError(f"Function must be given for {name}, such as FILE.py:NAME")
    return _table_design(own_function(function))


@lru_cache(maxsize=64)
def _table_design(own: OwnFunction) -> Design:
    return replace(operation_design(functions.table_operation(own)), function=own)
