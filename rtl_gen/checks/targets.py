# SPDX-License-Identifier: Apache-2.0
"""Circuits with what they have to compute, as campaigns run them."""

from spikefloat.rtl_gen.designs.instance import Instance
from spikefloat.rtl_gen.neurons.builder import ZERO
from spikefloat.rtl_gen.neurons.gates import Library, make_gates
from spikefloat.sim.campaigns.target import FloatReference, IntegerReference, Target

__all__ = ["BLOCKS", "block_target", "design_target"]

#: Circuits that are no float design: gates of the published library, and its adders.
BLOCKS = ("and", "or", "xor", "full_adder", "ripple4")


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
        label={
            "design": name,
            "format": "-",
            "library": "published",
            "budget": "-",
            "objective": "-",
        },
        graph=gates.builder.build(),
        reference=IntegerReference(operation=name if is_gate else "sum"),
    )


def design_target(instance: Instance) -> Target:
    """Return a float design."""
    circuit, name = instance.circuit, instance.design.name
    return Target(
        label={
            "design": name,
            "format": circuit.format.name,
            "library": circuit.library,
            "budget": circuit.budget.name if circuit.library is Library.NATIVE else "-",
            "objective": circuit.objective,
        },
        graph=instance.graph,
        reference=FloatReference(
            operation=name, fmt=circuit.format, overflow=circuit.overflow, to=circuit.to
        ),
    )
