# SPDX-License-Identifier: Apache-2.0
"""Options that say what is not ideal about a device, and what runs on it."""

import argparse
import itertools
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from spikefloat.rtl_gen.checks.targets import block_target, design_target
from spikefloat.rtl_gen.cli.options import selections
from spikefloat.rtl_gen.designs.catalog import entries
from spikefloat.rtl_gen.designs.design import Block
from spikefloat.rtl_gen.designs.instance import DEFAULT_BUDGET
from spikefloat.rtl_gen.designs.options import Objective
from spikefloat.rtl_gen.errors import InputError, find_member
from spikefloat.rtl_gen.neurons.gates import Library
from spikefloat.rtl_gen.neurons.residue import Residue
from spikefloat.sim.campaigns.target import Target
from spikefloat.sim.devices.physics import Physics

__all__ = [
    "KNOBS",
    "add_physics_options",
    "add_spiking_options",
    "physics_grid",
    "spiking_knobs",
    "targets",
]

#: Each knob of the physics, and what it is, in a few words.
KNOBS = {
    "synapse_noise": "noise on a spike as one synapse sees it, in spikes",
    "membrane_noise": "noise on a membrane, in weights of 1",
    "input_noise": "noise on a spike at an input, common to its synapses",
    "weight_mismatch": "spread of the weights among devices, relative",
    "threshold_mismatch": "spread of the thresholds among devices, relative",
    "threshold_drift": "common change of all thresholds, relative",
    "weight_levels": "steps from 0 to the largest weight that a weight can take",
    "dropped_spikes": "probability that a spike is lost",
    "stuck_at_0": "probability that a neuron never fires",
    "stuck_at_1": "probability that a neuron always fires",
}

#: Knobs that are whole numbers.
_WHOLE = ("weight_levels", "waves", "potential_bits")

#: Most values that a range may stand for.
_MAX_RANGE = 10_000


def add_physics_options(parser: argparse.ArgumentParser) -> None:
    """Add one option for each knob, which takes several values."""
    group = parser.add_argument_group("physics; several values make a grid")
    for name, meaning in KNOBS.items():
        group.add_argument(f"--{name.replace('_', '-')}", metavar="X[,X...]", help=meaning)
    group.add_argument(
        "--clamp-inputs",
        action="store_true",
        help="clip noisy spikes at the inputs to the range from 0 to 1",
    )


def add_spiking_options(parser: argparse.ArgumentParser) -> None:
    """Add what else says how membranes live on; ``--leak`` is an option of designs already."""
    group = parser.add_argument_group(
        "spiking style, where --leak makes a grid, too (--residue is leak if one is given)"
    )
    group.add_argument(
        "--waves",
        metavar="N[,N...]",
        help="operations that follow each other from rest, a power of two (default: 64)",
    )
    group.add_argument(
        "--potential-bits",
        metavar="N[,N...]",
        help="bits of a potential below the point, as in hardware (default: not quantised)",
    )


def spiking_knobs(args: argparse.Namespace, sought: str = "") -> dict[str, list[Any]]:
    """Return style, reset, leak and the rest of the spiking style, each with its values.

    Parameters
    ----------
    args : argparse.Namespace
        What was given.
    sought : str
        Knob whose value is not given because it is looked for.

    Raises
    ------
    ValueError
        If a value is not a number, or the residue is unknown or contradicts another option.
    """
    given = {
        name: _values(name, text)
        for name in ("leak", "waves", "potential_bits")
        if (text := getattr(args, name, None)) is not None
    }
    style = args.style or "spatial"
    if style == "spatial" and not given and args.residue is None:
        return {}
    keeps = "leak" in given or sought == "leak"
    residue = args.residue or ("leak" if keeps else "discharge")
    residue = find_member(Residue, "Residue", residue)
    if residue == "discharge" and style == "spiking":
        for name in ("leak", "waves"):
            if name in given:
                raise InputError(
                    f"Physics {name} must be left out where membranes are "
                    f"discharged, not {getattr(args, name)!r}"
                )
        given["waves"] = [1]
    elif not keeps:
        raise InputError(
            f"Leak must be given where membranes keep a residue ({residue}), not left out"
        )
    return {"style": [style], "reset": ["hard" if residue == "hard" else "soft"], **given}


def physics_grid(args: argparse.Namespace) -> Iterator[Physics]:
    """Yield the physics of every combination of the values of the knobs.

    Raises
    ------
    ValueError
        If a value is not a number, or out of range.
    """
    given = spiking_knobs(args)
    for name in KNOBS:
        if (text := getattr(args, name)) is not None:
            given[name] = _values(name, text)
    for values in itertools.product(*given.values()):
        yield Physics(clamp_inputs=args.clamp_inputs, **dict(zip(given, values, strict=True)))


def _values(knob: str, text: str) -> list[Any]:
    """Return the numbers of a list, in which ``start:stop:step`` is a range with both ends."""
    numbers: list[Any] = []
    for part in text.split(","):
        if ":" not in part:
            numbers.append(_number(knob, part))
            continue
        try:
            # In decimal, as the user reads it: 0.15 is not 0.15000000000000002.
            start, stop, step = (Decimal(piece) for piece in part.split(":"))
            count = int((stop - start) / step) + 1
            if step <= 0 or not 1 <= count <= _MAX_RANGE:
                raise InputError
        except (ValueError, ArithmeticError, InvalidOperation):
            raise InputError(
                f"Physics {knob} must be numbers or ranges start:stop:step, not {part!r}"
            ) from None
        numbers += [_number(knob, str(start + index * step)) for index in range(count)]
    return numbers


def _number(knob: str, text: str) -> int | float:
    try:
        return int(text) if knob in _WHOLE else float(Fraction(text))
    except (ValueError, ZeroDivisionError):
        raise InputError(f"Physics {knob} must be a number, not {text!r}") from None


def targets(args: argparse.Namespace, *, takes_vectors: bool = False) -> list[Target]:
    """Return what the options of a design select; designs, budgets and objectives may be several.

    Published gates have neither budget nor objective, so that they come only once. The style is
    one of the device, not of the circuit, for the commands that have :func:`add_spiking_options`.

    Raises
    ------
    ValueError
        If a name is unknown, the design has register cuts or streams, or it is one on vectors,
        unless ``takes_vectors``.
    """
    if args.stages or args.stream:
        raise InputError("Design must be without register cuts and streams, not with them")
    own = {"style": None, "residue": None, "leak": None} if hasattr(args, "waves") else {}
    chosen: list[Target] = []
    for name in args.design.split(","):
        if name in entries(Block):
            chosen.append(block_target(name))
            continue
        libraries = (
            list(Library) if args.library == "all" else (args.library or Library.NATIVE).split(",")
        )
        for library in libraries:
            # Published gates are what they are: they have neither budget nor objective.
            native = library != Library.PUBLISHED
            budgets = (args.budget if native and args.budget else DEFAULT_BUDGET).split(",")
            objectives = (
                args.objective if native and args.objective else Objective.STRUCTURE
            ).split(",")
            for budget, objective in itertools.product(budgets, objectives):
                one = argparse.Namespace(
                    **{
                        **vars(args),
                        "design": name,
                        "library": library,
                        "budget": budget,
                        "objective": objective,
                        **own,
                    }
                )
                for instance in selections(one):
                    if instance.design.is_vector and not takes_vectors:
                        if name == "all":
                            continue
                        raise InputError(
                            f"Design must have one code for each operand, not vectors ({name})"
                        )
                    chosen.append(design_target(instance))
    return chosen
