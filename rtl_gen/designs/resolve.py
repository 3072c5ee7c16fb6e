# SPDX-License-Identifier: Apache-2.0
"""The circuit and the shape of an instance, made of names and numbers, and checked."""

import re
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from typing import TypeVar

from spikefloat.rtl_gen.circuits import fpu
from spikefloat.rtl_gen.circuits.mixed import find_mixed
from spikefloat.rtl_gen.designs.catalog import find_design, scaled_design
from spikefloat.rtl_gen.designs.design import FLOATS_OF_BLOCKS, Design
from spikefloat.rtl_gen.designs.options import CircuitOptions, Objective
from spikefloat.rtl_gen.designs.shapes import (
    BlockShape,
    LayerShape,
    Shape,
    complete_block_shape,
    make_elements_shape,
    make_layer_shape,
    make_vector_shape,
    require_exact,
    with_accumulation,
)
from spikefloat.rtl_gen.designs.shapes.scaled import LAYER
from spikefloat.rtl_gen.errors import InputError, find_member
from spikefloat.rtl_gen.formats import (
    Format,
    NanPolicy,
    Overflow,
    find_format,
    find_integer,
    resolve_nan,
    resolve_overflow,
)
from spikefloat.rtl_gen.neurons.budgets import BUDGETS, find_budget
from spikefloat.rtl_gen.neurons.builder import Bit, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary, Library

__all__ = [
    "DEFAULT_BUDGET",
    "DEFAULT_FORMAT",
    "make_circuit_options",
    "make_shape",
    "resolve_formats",
    "resolve_integers",
    "resolve_nan_of",
    "resolve_second",
    "with_blocks",
]

#: Format of the operands, of which nothing is said.
DEFAULT_FORMAT = "e4m3fn"

#: Limits of a neuron, of which nothing is said.
DEFAULT_BUDGET = "w2"

_LAYER_OF_BLOCKS = scaled_design(LAYER)
_Named = TypeVar("_Named", Format, str, Format | str)  # a format, or its name

_INTEGER_NAME = re.compile(r"u?int\d+")


def make_circuit_options(
    design: Design,
    format: Format | str,
    to: Format | str | None,
    others: tuple[Format | str | None, ...],
    overflow: Overflow | str | None,
    library: str,
    budget: str,
    objective: str,
) -> CircuitOptions:
    """Return the checked options of a circuit; see :func:`.instance.make_instance`.

    Raises
    ------
    InputError
        If a name is unknown, a format is not one of the design's, or options contradict each
        other.
    """
    fmt = find_format(format) if isinstance(format, str) else format
    if design.has_format and not design.works_for(fmt):
        raise InputError(
            f"Format for {design.name} must be one of {', '.join(design.formats)}, "
            f"not {(fmt.name if isinstance(format, Format) else format)!r}"
        )
    own: tuple[Format, ...] = ()
    if design.mixes or any(others):
        own, target = find_mixed(design.name, len(design.operands), fmt, others, to)
    else:
        target = design.find_target(fmt, to)
    if not design.has_format and target is not None:
        fmt = target  # that of the only floats
    gates = find_member(Library, "Library", library)
    goal = find_member(Objective, "Objective", objective)
    if own and (goal is not Objective.STRUCTURE or gates is not Library.NATIVE):
        raise InputError(
            f"Gates and objective must be native and structure for mixed formats, not {gates} and "
            f"{goal}"
        )
    if gates is not Library.NATIVE and goal is not Objective.STRUCTURE:
        raise InputError(f"Objective must be structure for {gates} gates, not {goal.value!r}")
    return CircuitOptions(
        format=fmt,
        to=target,
        others=own,
        overflow=resolve_overflow(target or fmt, overflow),
        library=gates,
        budget=find_budget(budget) if gates is Library.NATIVE else BUDGETS[DEFAULT_BUDGET],
        objective=goal,
    )


def make_shape(
    design: Design,
    circuit: CircuitOptions,
    length: int | None,
    accumulate: str | None,
    wide: str | None,
    layer: LayerShape | None,
    block: BlockShape | None,
    epsilon: Fraction | float | None = None,
) -> Shape | None:
    """Return the shape of a design on vectors or layers; for another, nothing may be given.

    Raises
    ------
    InputError
        If an option has no effect on the design, or does not fit the circuit.
    """
    if not design.is_vector or design.roles:
        sums = {} if design.has_blocks else {"accumulate": accumulate, "wide": wide}
        lengths = {} if design.vector is not None else {"length": length}
        for name, value in {**lengths, **sums}.items():
            if value is not None:
                raise InputError(f"Option {name} must be for a dot product, not {design.name}")
    if layer is not None and not design.is_layer:
        raise InputError(f"Layers must be for the design linear, not {design.name!r}")
    if block is not None and not design.has_blocks:
        raise InputError(f"Blocks must be for a design on blocks, not {design.name!r}")
    if epsilon is not None and design.vector is None:
        raise InputError(f"Epsilon must be for rms_norm or layer_norm, not for {design.name}")
    if not design.is_vector:
        return None
    if design.vector is not None:
        return make_elements_shape(
            design.name,
            length,
            multiple=design.vector.multiple,
            has_epsilon=design.vector.has_epsilon,
            epsilon=epsilon,
        )
    if design.has_blocks:
        names = ("makes_blocks", "adds_blocks", "has_floats")
        kinds = {name: getattr(design, name) for name in names}
        scaled = complete_block_shape(design.name, block, accumulate, wide, **kinds)
        _check_rounding(scaled, circuit)
        return scaled
    if design.is_layer:
        if length is not None:
            raise InputError(f"Option length must be for a dot product, not {design.name}")
        return with_accumulation(layer or make_layer_shape(), accumulate, wide)
    shape = with_accumulation(make_vector_shape(length), accumulate, wide)
    _check_rounding(shape, circuit)
    if shape.accumulate in ("tree", "chain") and circuit.result_format != circuit.format:
        raise InputError(
            f"Result format of {shape.accumulate} must be that of the operands, "
            f"not {circuit.result_format.name!r}"
        )
    return shape


def _check_rounding(shape: Shape, circuit: CircuitOptions) -> None:
    if not (ways := circuit.rounding).is_usual:
        require_exact(shape, f"rounding {ways.mode_name} with flags {ways.flags}")


def resolve_second(
    design: Design, first: Format | str, second: Format | str | None
) -> tuple[Design, Format | None]:
    """Return a design, and the format that an operand can choose instead; both as they are if None.

    Raises
    ------
    InputError
        If a format is given for another design than the float unit, or there is no unit for it.
    """
    if second is None:
        return design, None
    if design.name != "fpu":
        raise InputError(f"Second format must be for fpu, not for {design.name}")
    formats = [find_format(fmt) if isinstance(fmt, str) else fmt for fmt in (first, second)]
    return _unit_of_two(*formats), formats[1]


def with_blocks(design: Design | str, is_on_blocks: bool) -> Design:
    """Return a design, or that of a name; for layers on blocks the one that takes them."""
    known = find_design(design) if isinstance(design, str) else design
    return _LAYER_OF_BLOCKS if known.is_layer and is_on_blocks else known


def resolve_nan_of(design: Design, fmt: Format, nan: NanPolicy | str | None) -> NanPolicy:
    """Return which NaN a design gives for one as its operand.

    Raises
    ------
    InputError
        If the policy is unknown, or has no effect for the design or the format.
    """
    if nan is not None and not design.keeps_nan:
        raise InputError(f"NaN policy must be for an operation on signs, not for {design.name}")
    return resolve_nan(fmt, nan, has_sign=not design.drops_sign)


def resolve_formats(
    design: Design, format: Format | str | None, to: Format | str | None
) -> tuple[Design, Format | str, Format | str | None]:
    """Return a design and its formats, with the default one where none is given.

    Parameters
    ----------
    design : Design
        Any design.
    format : Format or str, optional
        Format of the operands, or its name; see :func:`resolve_integers`.
    to : Format or str, optional
        Format of the result, in the same way.

    Raises
    ------
    InputError
        If there is no such integer, or a format of operands that are blocks.
    """
    if not design.has_blocks:
        return resolve_integers(design, format or DEFAULT_FORMAT, to)
    if format is not None and not design.has_format:
        name = format.name if isinstance(format, Format) else format
        raise InputError(f"Format of {design.name} must be that of its blocks, not {name!r}")
    return design, format or FLOATS_OF_BLOCKS, to


def resolve_integers(
    design: Design, format: _Named, to: _Named | None
) -> tuple[Design, _Named | str, _Named | str | None]:
    """Return a design and its formats; if ``convert`` has an integer, those of another operation.

    Parameters
    ----------
    design : Design
        Any design.
    format : Format or str
        Format of the operands, or its name; for ``convert`` also the name of an integer.
    to : Format or str, optional
        Format of the result, in the same way; bfloat16 by default for an integer.

    Raises
    ------
    InputError
        If both are integers, or there is no such integer.
    """
    source, target = (name.lower() if isinstance(name, str) else "" for name in (format, to))
    integers = [name for name in (source, target) if _INTEGER_NAME.fullmatch(name)]
    if design.name != "convert" or not integers:
        return design, format, to
    for name in integers:
        find_integer(name)
    if len(integers) == 2:
        raise InputError(
            f"Result format of convert for {source} must be a float format, not {target!r}"
        )
    if source in integers:
        return find_design(f"from_{source}"), to or "bfloat16", None
    return find_design(f"to_{target}"), format, None


@lru_cache(maxsize=16)
def _unit_of_two(first: Format, second: Format) -> Design:
    """Return the float unit for two formats, of which an operand chooses.

    Parameters
    ----------
    first, second : Format
        The formats, for which the operand is 0 and 1.

    Raises
    ------
    InputError
        If there is no unit for one of them, or they are the same.
    """
    unit = find_design("fpu")
    for fmt in (first, second):
        if not unit.works_for(fmt) or first == second:
            raise InputError(
                f"Second format of fpu must be another one of {', '.join(unit.formats)}, "
                f"not {second.name!r}"
            )

    def circuit(
        gates: GateLibrary, options: CircuitOptions, shape: None, operands: tuple[Word, ...]
    ) -> Word | Bit | dict[str, Word]:
        a, b, c, op, which = operands[:5]
        control = options.rounding.control(operands[5:])
        result = fpu.fpu_of_two(
            gates, (first, second), a, b, c, op, which, options.overflow, control=control
        )
        return control.with_flags(gates, result)

    width = max(first.width, second.width)
    return replace(
        unit,
        operands=(*unit.operands, "format"),
        operand_widths=(*(own or width for own in unit.operand_widths), 1),
        circuit=circuit,
    )
