# SPDX-License-Identifier: Apache-2.0
"""From the options to the instances of designs that they select; what none of them uses is refused."""

import argparse
from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import Any

from spikefloat.rtl_gen.circuits.mixed import can_mix
from spikefloat.rtl_gen.cli.cells import cell_instances, uses_of_cell
from spikefloat.rtl_gen.cli.options import BACKEND, HARDWARE
from spikefloat.rtl_gen.cli.output import note, tracked
from spikefloat.rtl_gen.cli.variants import (
    Uses,
    gates_of,
    hardware_of,
    nans_of,
    roundings_of,
    shapes_of,
    split,
)
from spikefloat.rtl_gen.designs.catalog import (
    design_for,
    entries,
    find_entry,
)
from spikefloat.rtl_gen.designs.cells import CellInstance
from spikefloat.rtl_gen.designs.design import FLOATS_OF_BLOCKS, Cell, Design, Table
from spikefloat.rtl_gen.designs.hardware import obstacle
from spikefloat.rtl_gen.designs.instance import Instance, make_instance
from spikefloat.rtl_gen.designs.options import Style, make_hardware_options
from spikefloat.rtl_gen.designs.resolve import resolve_integers, with_blocks
from spikefloat.rtl_gen.designs.saved import SavedCircuit, is_circuit_file, load_circuits
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import FORMATS, Format, find_format, overflow_policies
from spikefloat.rtl_gen.rtl.text.names import check_identifier
from spikefloat.sim.golden.operations import require_cases

__all__ = [
    "check_name",
    "circuits_of",
    "instances",
    "refuse",
    "select",
]


def refuse(args: argparse.Namespace, names: str, reason: str) -> None:
    """Refuse options that would be ignored.

    Parameters
    ----------
    args : argparse.Namespace
        What was given.
    names : str
        Names of options, with spaces between.
    reason : str
        Why they have no effect: ``without --verify``.

    Raises
    ------
    InputError
        If one of them was given.
    """
    for name in names.split():
        if name in args.given:
            raise InputError(f"Option --{name} has no effect {reason}")


def select(
    args: argparse.Namespace,
) -> tuple[list[Instance | SavedCircuit], list[CellInstance]]:
    """Return the circuits and the cells that the options select, in a fixed order.

    Of all designs or all styles, what is not supported is left out, and named on the error stream.

    Raises
    ------
    InputError
        If a name is unknown, a design does not work for the options, or an option has no effect.
    """
    uses = Uses(args)
    is_all = "all" in args.design
    names = [*entries(Cell), *entries(Design)] if is_all else args.design
    for name in names:
        if not is_circuit_file(name):
            find_entry(name, Cell, Design, Table)
    cells = [name for name in names if name in entries(Cell)]
    styled = [
        f"--{o.name}" for o in (*HARDWARE, *BACKEND) if o.name in args.given and o.name != "leak"
    ]
    if is_all and styled:
        note(f"left out: {', '.join(cells)}, as {styled[0]} is for circuits")
        cells = []
    made = [cell for name in cells for cell in cell_instances(name, args)]
    for name in cells:
        uses.add(uses_of_cell(name))
    circuits: list[Instance | SavedCircuit] = [
        one for name in names if name not in entries(Cell) for one in circuits_of(args, name, uses)
    ]
    uses.check()
    if is_all or "all" in args.style:
        circuits = list(_supported(circuits))
    if not circuits and not made:
        raise InputError("No designs given; at least one is needed")
    return circuits, made


def circuits_of(
    args: argparse.Namespace, name: str, uses: Uses
) -> Sequence[Instance | SavedCircuit]:
    """Return the instances of a design, or the circuit of a file, and add what they use."""
    if not is_circuit_file(name):
        return instances(args, [name], uses)
    uses.add("style")
    return load_circuits(name, [make_hardware_options(**own) for own in hardware_of(args, uses)])


def _supported(
    circuits: Sequence[Instance | SavedCircuit],
) -> Iterator[Instance | SavedCircuit]:
    for instance in tracked(circuits, "Selecting designs"):
        if reason := obstacle(instance):
            note(f"left out: {reason}")
        else:
            yield instance


def instances(args: argparse.Namespace, names: Iterable[str], uses: Uses) -> list[Instance]:
    """Return the instances of designs, and add what they use."""
    return [instance for name in names for instance in _of_name(name, args, uses)]


def _of_name(name: str, args: argparse.Namespace, uses: Uses) -> Iterator[Instance]:
    if name not in entries(Table):
        is_on_blocks = "block" in args.given and "all" not in args.design
        return _of_design(with_blocks(name, is_on_blocks), args, uses)
    uses.add("function")
    return _of_design(design_for(name, args.function), args, uses)


def _of_design(design: Design, args: argparse.Namespace, uses: Uses) -> Iterator[Instance]:
    uses.add("format library style" if design.has_format else "library style")
    if design.rounds:
        uses.add("overflow")
    for one, name, to in _with_formats(design, args, uses):
        if name is not None and not _can_be_checked(one, find_format(name), args):
            continue
        result = to or name or FLOATS_OF_BLOCKS
        policies = split(args.overflow, _policies(find_format(result)))
        for policy, gates in product(policies, gates_of(args, uses)):
            shapes = list(shapes_of(one, args, name, policy, uses))
            ways, styles = roundings_of(one, args, result, uses), hardware_of(args, uses)
            others = _others(one, args, uses)
            nans = nans_of(one, args, name or FLOATS_OF_BLOCKS, uses)
            for nan, shape, way, hardware in product(nans, shapes, ways, styles):
                own = {**others, "overflow": policy, **nan, **gates, **shape, **way, **hardware}
                instance = make_instance(one, format=name, to=to, **own)
                if not _is_left_out(instance, args):
                    yield instance


def _is_left_out(instance: Instance, args: argparse.Namespace) -> bool:
    """Leave out, of all formats or designs, what one neuron graph would be too large for."""
    reason = instance.design.missing_graph(instance.circuit.format)
    if reason is None or instance.hardware.style is Style.SEQUENTIAL:
        return False
    if "all" not in args.format and "all" not in args.design:
        return False
    note(f"left out: {reason}")
    return True


def _with_formats(
    design: Design, args: argparse.Namespace, uses: Uses
) -> Iterator[tuple[Design, str | None, str | None]]:
    """Yield the format and the result format of each instance, and the design that has them.

    Among all designs there are operations on vectors only if a length is given, too.
    """
    if "all" in args.design and design.vector is not None and "length" not in args.given:
        return
    if design.has_blocks:
        yield from _with_floats(design, args, uses)
        return
    formats = list(design.formats) if "all" in args.format else args.format
    if "all" in args.design and "all" not in args.format:
        # A format that one of many designs does not work for is left out there.
        formats = [name for name in formats if design.works_for(find_format(name))]
    for name in formats:
        source, _, _ = resolve_integers(design, name, None)
        if source is design:
            targets = _targets(design, find_format(name), args, uses)
        else:
            uses.add("to")
            targets = split(args.to, source.formats)
        for to in targets:
            yield resolve_integers(design, name, to)


def _with_floats(
    design: Design, args: argparse.Namespace, uses: Uses
) -> Iterator[tuple[Design, str | None, str | None]]:
    """Yield the formats of floats that become blocks, or come of them.

    Among all designs there are those on blocks only if a format of blocks is given, too.
    """
    if "all" in args.design and "block" not in args.given:
        return
    formats: list[str | None] = [None]
    if design.has_format and "format" in args.given:
        formats = split(args.format, design.formats)
    targets: list[str | None] = [None]
    if design.converts is not None:
        uses.add("to")
        targets = split(args.to, design.targets(FORMATS[FLOATS_OF_BLOCKS]))
    for name, to in product(formats, targets):
        yield design, name, to


def _can_be_checked(design: Design, fmt: Format, args: argparse.Namespace) -> bool:
    """Refuse a format in which an operation could not be checked, so that nothing such is made.

    Of all formats, or of all designs, it is only left out, and named on the error stream.
    """
    if design.is_vector or design.function is not None or not design.works_for(fmt):
        return True
    try:
        require_cases(design.name, fmt)
    except InputError as error:
        if "all" not in args.format and "all" not in args.design:
            raise
        note(f"left out: {error}")
        return False
    return True


def _targets(design: Design, fmt: Format, args: argparse.Namespace, uses: Uses) -> list[str | None]:
    if design.mixes:
        uses.add("to")
        if args.to is None or "all" not in args.to:
            return split(args.to, ())
        others = [find_format(name) for name in _others(design, args, uses).values() if name]
        return [to for to, one in FORMATS.items() if can_mix((fmt, *others), one)]
    if design.converts is None or not design.works_for(fmt):
        return [None]
    uses.add("to")
    return split(args.to, design.targets(fmt))


def _others(design: Design, args: argparse.Namespace, uses: Uses) -> dict[str, Any]:
    """Return the formats of the operands that may have one of their own."""
    keys = ("format_b", "format_c")[: len(design.operands) - 1] if design.mixes else ()
    keys += ("format_2",) if design.name == "fpu" else ()
    uses.add(" ".join(keys).replace("_", "-"))
    return {key: getattr(args, key, None) for key in keys}


def _policies(fmt: Format) -> list[str]:
    """Return the overflow policies that a result format permits."""
    return [policy.value for policy in overflow_policies(fmt)]


def check_name(args: argparse.Namespace, count: int) -> None:
    """Refuse a name for several circuits, or one that is no identifier.

    Raises
    ------
    InputError
        If it is so.
    """
    if args.name is not None:
        check_identifier(args.name, "Name")
        if count != 1:
            raise InputError(f"Option --name must be for one circuit, not for {count}")
