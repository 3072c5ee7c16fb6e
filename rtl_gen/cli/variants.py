# SPDX-License-Identifier: Apache-2.0
"""Values of the options that one design can have, as arguments of ``make_instance``."""

import argparse
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from spikefloat.rtl_gen.cli.options import BACKEND, CELLS, CIRCUIT, HARDWARE, SHAPE
from spikefloat.rtl_gen.cli.options.purposes import PURPOSES
from spikefloat.rtl_gen.cli.output import note
from spikefloat.rtl_gen.designs.design import Design
from spikefloat.rtl_gen.designs.options import Backend, Objective, Style
from spikefloat.rtl_gen.designs.shapes import (
    BlockShape,
    LayerShape,
    make_block_shape,
    read_block_layer_shape,
    read_layer_shape,
)
from spikefloat.rtl_gen.errors import InputError, find_member
from spikefloat.rtl_gen.formats import (
    BLOCK_FORMATS,
    Rounding,
    ScalePolicy,
    find_format,
    nan_policies,
)
from spikefloat.rtl_gen.neurons.budgets import BUDGETS
from spikefloat.rtl_gen.neurons.gates import Library
from spikefloat.rtl_gen.rtl.array.sizes import parse_lanes

__all__ = ["Uses", "gates_of", "hardware_of", "nans_of", "roundings_of", "shapes_of", "split"]

_SELECTING = tuple(option.name for option in (*CIRCUIT, *SHAPE, *HARDWARE, *BACKEND, *CELLS))


@dataclass
class Uses:
    """Which of the options that were given something has used."""

    args: argparse.Namespace
    used: set[str] = field(default_factory=set)

    def add(self, names: str) -> None:
        """Say that options have an effect; names with spaces between."""
        self.used.update(names.split())

    def check(self, names: Iterable[str] = _SELECTING) -> None:
        """Refuse what was given and has no effect.

        Raises
        ------
        InputError
            If there is such an option.
        """
        for name in names:
            if name in self.args.given and name not in self.used:
                raise InputError(
                    f"Option --{name} has no effect for {','.join(self.args.design)}; "
                    f"it is for {PURPOSES[name]}"
                )


def split(given: list[str] | None, every: Iterable[str]) -> list[Any]:
    """Return what was given, every name for ``all``, or None for the default."""
    if given is None:
        return [None]
    return list(every) if "all" in given else given


def gates_of(args: argparse.Namespace, uses: Uses) -> Iterator[dict[str, Any]]:
    """Yield the library, budget and objective of each variant."""
    for library in split(args.library, Library):
        if library == Library.PUBLISHED:  # They are what they are.
            yield {"library": library}
            continue
        uses.add("budget objective")
        for budget in split(args.budget, BUDGETS):
            for objective in split(args.objective, Objective):
                yield {"library": library, "budget": budget, "objective": objective}


def roundings_of(
    design: Design, args: argparse.Namespace, name: str, uses: Uses
) -> Iterator[dict[str, Any]]:
    """Yield how each variant rounds, to the format called ``name``, and whether it raises flags."""
    can = design.takes_flags or design.takes_rounding
    if not can or not hasattr(args, "rounding"):
        yield {}
        return
    has_flags = args.flags and design.takes_flags
    if design.takes_flags:
        uses.add("flags")
    if not design.takes_rounding:
        yield {"flags": "after" if has_flags else None}
        return
    uses.add("rounding")
    if has_flags:
        uses.add("tininess")
    for rounding in split(args.rounding, _roundings(name)):
        is_stochastic = rounding.startswith("stochastic")
        if is_stochastic:
            uses.add("random-bits")
        yield {
            "rounding": rounding,
            "random_bits": args.random_bits if is_stochastic else None,
            "flags": args.tininess if has_flags else None,
        }


def _roundings(name: str) -> list[str]:
    return [mode.value for mode in Rounding if mode.is_for(find_format(name))]


def nans_of(
    design: Design, args: argparse.Namespace, name: str, uses: Uses
) -> Iterator[dict[str, Any]]:
    """Yield which NaN each variant gives, in the format called ``name``."""
    if not design.keeps_nan or not hasattr(args, "nan"):
        yield {}
        return
    uses.add("nan")
    policies = nan_policies(find_format(name), has_sign=not design.drops_sign)
    for nan in split(args.nan, (policy.value for policy in policies)):
        yield {"nan": nan}


def shapes_of(
    design: Design, args: argparse.Namespace, name: str | None, policy: str | None, uses: Uses
) -> Iterator[dict[str, Any]]:
    """Yield the vectors or layers of each variant."""
    if not design.is_vector:
        yield {}
        return
    if design.has_blocks:
        yield from _blocks(design, args, uses)
        return
    if design.vector is not None:
        uses.add("length")
        own = {}
        if design.vector.has_epsilon:
            uses.add("epsilon")
            own = {"epsilon": args.epsilon}
        multiple = design.vector.multiple
        for length in args.length:
            if "all" in args.design and length is not None and length % multiple:
                note(f"left out: {design.name}, as its length must be a multiple of {multiple}")
            else:
                yield {"length": length, **own}
        return
    layer = _layer(args, name, policy, uses) if name and design.is_layer else None
    if layer is None:
        uses.add("length")
    uses.add("accumulate")
    for length in [None] if layer else args.length:
        for accumulate in args.accumulate:
            if accumulate == "wide":
                uses.add("node-format")
            yield {
                "length": length,
                "accumulate": accumulate,
                "wide": args.node_format if accumulate == "wide" else None,
                "layer": layer,
            }


def _blocks(design: Design, args: argparse.Namespace, uses: Uses) -> Iterator[dict[str, Any]]:
    """Yield format and number of the blocks of each variant."""
    uses.add("block block-size accumulate" if design.adds_blocks else "block block-size")
    if "wide" in args.accumulate and design.adds_blocks:
        uses.add("node-format")
    uses.add("weights activation" if design.is_block_layer else "blocks")
    policies: list[str | None] = [None]
    if design.makes_blocks or design.is_block_layer:
        uses.add("scale-policy")
        if "scale-policy" in args.given:
            policies = split(args.scale_policy, ScalePolicy)
    names, size = split(args.block, BLOCK_FORMATS), args.block_size
    numbers = [None] if design.is_block_layer else args.blocks
    for name, blocks, policy in product(names, numbers, policies):
        if design.is_block_layer:
            how = {"size": size, "policy": policy, "activation": args.activation}
            how |= _lanes(args, uses)
            block: BlockShape = read_block_layer_shape(args.weights, name, **how)
        else:
            block = make_block_shape(name, blocks=blocks, size=size, policy=policy)
        for accumulate in args.accumulate if design.adds_blocks else [None]:
            wide = args.node_format if accumulate == "wide" else None
            yield {"block": block, "accumulate": accumulate, "wide": wide}


def _layer(args: argparse.Namespace, name: str, policy: str | None, uses: Uses) -> LayerShape:
    """Return shape and weights of linear layers, read for a format."""
    uses.add("weights activation")
    array = _lanes(args, uses)
    if args.weights is None:
        uses.add("inputs outputs")
        sizes = {"inputs": args.inputs, "outputs": args.outputs}
    else:
        uses.add("until")
        sizes = {}
    return read_layer_shape(
        args.weights,
        find_format(name),
        policy,
        until=None if args.weights is None else args.until,
        activation=args.activation,
        **sizes,
        **array,
    )


def _lanes(args: argparse.Namespace, uses: Uses) -> dict[str, Any]:
    """Return how a layer is spread over lanes, if it is."""
    uses.add("shape")
    if args.shape != "array":
        return {}
    uses.add("lanes levels")
    return {"lanes": parse_lanes(args.lanes), "levels": args.levels}


def hardware_of(args: argparse.Namespace, uses: Uses) -> Iterator[dict[str, Any]]:
    """Return the options of hardware; each style takes those that concern it."""
    if not hasattr(args, "stages"):  # The command is about circuits, or about devices.
        yield {}
        return
    for style in split(args.style, Style):
        own: list[dict[str, Any]] = [{}]
        if style == Style.SPIKING:
            uses.add("residue leak delays")
            own = [
                {"residue": args.residue, "leak": leak, "delays": args.delays}
                for leak in args.leak or [None]
            ]
        elif style == Style.SPATIAL:
            uses.add("stages")
            own = [{"stages": stages} for stages in args.stages]
        backends: list[str | None] = [None]
        if not find_member(Style, "Style", style).has_handshake:
            uses.add("stream backend axi-reset" if args.stream else "stream backend")
            backends = split(getattr(args, "backend", None), Backend)
        for options, backend in product(own, backends):
            streams = {"is_stream": args.stream, "has_axi_reset": args.axi_reset}
            yield {"style": style, "backend": backend, **streams, **options}
