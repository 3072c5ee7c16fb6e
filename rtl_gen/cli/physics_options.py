# SPDX-License-Identifier: Apache-2.0
"""Options that say what is not ideal about a device, and what runs on it."""

import argparse
import itertools
from collections.abc import Iterator
from typing import Any

from rtl_gen.designs import build
from rtl_gen.neurons.builder import ZERO
from rtl_gen.neurons.gates import LIBRARIES, make_gates
from sim.physics import Physics
from sim.targets import FloatReference, IntegerReference, Target

from .options import Selection, selections

__all__ = [
    "BLOCKS", "KNOBS", "add_physics_options", "block_target", "design_target", "physics_grid",
    "targets",
]

#: Circuits that are no float design: gates of the published library, and its adders.
BLOCKS = ("and", "or", "xor", "full_adder", "ripple4")

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


def add_physics_options(parser: argparse.ArgumentParser) -> None:
    """Add one option for each knob, which takes several values."""
    group = parser.add_argument_group("physics; several values make a grid")
    for name, meaning in KNOBS.items():
        group.add_argument(f"--{name.replace('_', '-')}", metavar="X[,X...]", help=meaning)
    group.add_argument(
        "--clamp-inputs", action="store_true",
        help="clip noisy spikes at the inputs to the range from 0 to 1")


def physics_grid(args: argparse.Namespace) -> Iterator[Physics]:
    """Yield the physics of every combination of the values of the knobs.

    Raises
    ------
    ValueError
        If a value is not a number, or out of range.
    """
    given: dict[str, list[Any]] = {}
    for name in KNOBS:
        text = getattr(args, name)
        if text is not None:
            given[name] = [_number(name, part) for part in text.split(",")]
    for values in itertools.product(*given.values()):
        yield Physics(
            clamp_inputs=args.clamp_inputs, **dict(zip(given, values, strict=True)))


def _number(knob: str, text: str) -> int | float:
    try:
        return int(text) if knob == "weight_levels" else float(text)
    except ValueError:
        raise ValueError(f"Physics {knob} must be a number, not {text!r}") from None


def block_target(name: str) -> Target:
    """Return one of :data:`BLOCKS`, made of the gates of the paper."""
    is_gate = name in ("and", "or", "xor")
    gates = make_gates(f"{name}_gate" if is_gate else name, "published", simplify=False)
    a, b = (gates.builder.input(port, 4 if name == "ripple4" else 1) for port in "ab")
    if is_gate:
        gate = getattr(gates, {"and": "and_", "or": "or_", "xor": "xor"}[name])
        gates.builder.output("y", (gate(a[0], b[0]),))
    else:
        # Four full adders, as the paper counts: the carry into the first one is a constant.
        carry_in = ZERO if name == "ripple4" else gates.builder.input("carry_in", 1)[0]
        total, carry = gates.add(a, b, carry_in)
        gates.builder.output("y", (*total, carry))
    return Target(
        label={"design": name, "format": "-", "library": "published", "budget": "-",
               "objective": "-"},
        graph=gates.builder.build(),
        reference=IntegerReference(operation=name if is_gate else "sum"))


def design_target(selection: Selection) -> Target:
    """Return a float design."""
    design, options = selection
    return Target(
        label={"design": design.name, "format": options.format.name, "library": options.library,
               "budget": options.budget.name if options.library == "native" else "-",
               "objective": options.objective},
        graph=build(design, options),
        reference=FloatReference(
            operation=design.name, fmt=options.format, overflow=options.overflow, to=options.to))


def targets(args: argparse.Namespace) -> list[Target]:
    """Return what the options of a design select; designs, budgets and objectives may be several.

    Published gates have neither budget nor objective, so that they come only once.

    Raises
    ------
    ValueError
        If a name is unknown.
    """
    chosen: list[Target] = []
    for name in args.design.split(","):
        if name in BLOCKS:
            chosen.append(block_target(name))
            continue
        libraries = LIBRARIES if args.library == "all" else (
            args.library or LIBRARIES[0]).split(",")
        for library in libraries:
            # Published gates are what they are: they have neither budget nor objective.
            native = library != "published"
            budgets = (args.budget if native and args.budget else "w2").split(",")
            objectives = (args.objective if native and args.objective else "structure").split(",")
            for budget, objective in itertools.product(budgets, objectives):
                one = argparse.Namespace(**{
                    **vars(args), "design": name, "library": library, "budget": budget,
                    "objective": objective})
                chosen += [design_target(selection) for selection in selections(one)]
    return chosen
