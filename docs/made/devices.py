# SPDX-License-Identifier: Apache-2.0
"""Tables about devices: residue, leak, noise and faults."""

from fractions import Fraction

from made.common import DESIGNS, OBJECTIVES, kept, lines, made
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.neurons.budgets import BUDGETS
from spikefloat.rtl_gen.neurons.residue import (
    graph_leak_bound,
    leak_bound,
    neuron_bias,
    neuron_level,
)
from spikefloat.sim.devices.operands import circuit_leak_bound


@made
def neuron_bounds() -> str:
    neurons = {
        "AND": ((1, 1), 2),
        "OR": ((1, 1), 1),
        "NOT": ((-1,), 0),
        "NOR": ((-1, -1), 0),
        "XOR, its second neuron": ((1, 1, -2), 1),
        "carry of a full adder": ((1, 1, 1), 2),
        "sum of a full adder": ((1, 1, 1, -2), 1),
    }
    rows = []
    for title, (weights, threshold) in neurons.items():
        bias = neuron_bias(threshold)
        texts = [str(weight).replace("-", "−") for weight in weights]
        bounds = [leak_bound(weights, threshold, reset) for reset in ("soft", "hard")]
        rows.append(
            [
                title,
                ", ".join([*texts, *[f"bias {bias}"] * (bias > 0)]),
                float(neuron_level(threshold)),
                *("any leak below 1" if bound == 1 else bound for bound in bounds),
            ]
        )
    return lines(["neuron", "weights", "level", "soft reset", "hard reset"], rows)


@made
def residue_bounds() -> str:
    rows = []
    for design, name in DESIGNS.items():
        for objective, title in OBJECTIVES.items():
            graph = make_instance(design, objective=objective).graph
            rows.append(
                [
                    f"{name}, {title}",
                    *(
                        f"{graph_leak_bound(graph, reset).bound} "
                        f"({Fraction(circuit_leak_bound(graph, reset)).limit_denominator(1000)})"
                        for reset in ("soft", "hard")
                    ),
                ]
            )
    return lines(["E4M3FN, budget w2", "soft reset", "hard reset"], rows)


@made
def gate_noise() -> str:
    designs = ("and", "or", "xor", "ripple4")
    parts = ("clipped", "inputs")
    rates = {
        (part, row["design"], float(row["input_noise"])): float(row["exact_rate"])
        for part in parts
        for row in kept(part)
    }
    sigmas = sorted({sigma for _, _, sigma in rates})
    names = ["AND", "OR", "XOR", "4-bit adder"]
    return lines(
        ["sigma", *(f"{name}, {how}" for how in ("clipped", "as is") for name in names)],
        [
            [f"{sigma:.2f}", *(percent(rates[part, d, sigma]) for part in parts for d in designs)]
            for sigma in sigmas
        ],
    )


@made
def unit_noise() -> str:
    knobs = {"synapses": "synapse_noise", "membranes": "membrane_noise"}
    rates = {
        (*kind(row), knob, float(row[knob])): float(row["exact_rate"])
        for part, knob in knobs.items()
        for row in kept(part)
    }
    sizes = {kind(row): (row["neurons"], row["synapses"]) for row in kept("synapses")}
    sigmas = sorted({key[-1] for key in rates})
    heading = [f"{knob.split('_')[0]} {sigma:.2f}" for knob in knobs.values() for sigma in sigmas]
    return lines(
        ["design", "neurons", "synapses", *heading],
        [
            [
                name(key),
                *sizes[key],
                *(percent(rates[*key, knob, s]) for knob in knobs.values() for s in sigmas),
            ]
            for key in units()
        ],
    )


@made
def leaks() -> str:
    designs = {"and": "AND", "or": "OR", "xor": "XOR", "multiply": "multiply", "add": "add"}
    orders = ("random", "provoking")
    rows = {(row["design"], row["order"], float(row["leak"])): row for row in kept("leak")}

    def cell(row: dict[str, str]) -> str:
        return "100" if row["exact"] == row["trials"] else percent(float(row["exact_rate"]))

    bounds = [
        Fraction(rows[design, "random", 0.0]["operand_leak_bound"]).limit_denominator(1000)
        for design in designs
    ]
    return lines(
        ["leak", *(f"{title}, {order}" for title in designs.values() for order in orders)],
        [
            *(
                [f"{leak:.2f}", *(cell(rows[d, order, leak]) for d in designs for order in orders)]
                for leak in sorted({leak for _, _, leak in rows})
            ),
            ["bound", *(text for bound in bounds for text in (str(bound), ""))],
        ],
    )


@made
def tolerances() -> str:
    parts = ("tolerance", "membrane_tolerance")
    rows = {
        (part, *kind(row)): row for part in parts for row in kept(part) if not row["hardened_for"]
    }

    def cells(row: dict[str, str]) -> list[str]:
        rates = [f"{100 * float(row[key]):.3f}" for key in ("exact_rate", "predicted_rate")]
        return [f"{float(row['largest']):.3f}", " / ".join(rates)]

    return lines(
        [
            "design",
            "synapse noise",
            "measured / predicted",
            "membrane noise",
            "measured / predicted",
        ],
        [
            [name(key), *(text for part in parts for text in cells(rows[part, *key]))]
            for key in units()
        ],
    )


@made
def stuck() -> str:
    rows = {kind(row): row for row in kept("faults")}
    keys = ("neurons", "stuck_at_0_detected", "stuck_at_1_detected")
    return lines(
        ["design", "neurons", "stuck at 0 detected", "stuck at 1 detected"],
        [[name(key), *(rows[key][k] for k in keys)] for key in units() if key in rows],
    )


def percent(rate: float) -> str:
    return f"{100 * rate:.2f}"


def kind(row: dict[str, str]) -> tuple[str, str]:
    """Return design, and budget or library, of a circuit of the pages about devices."""
    return row["design"], row["budget"] if row["library"] == "native" else row["library"]


def name(key: tuple[str, str]) -> str:
    design, gates = key
    return f"{design}, {'published gates' if gates == 'published' else gates}"


def units() -> list[tuple[str, str]]:
    return [(design, gates) for design in DESIGNS for gates in ("published", *BUDGETS)]


@made
def hardened() -> str:
    parts = ("w1", "w2", "w8", "free", "published")
    rows = [row for part in parts for row in kept(f"harden_{part}")]
    return lines(
        [
            "design",
            "neurons",
            "synapses",
            "depth",
            "exact %, noise of 0.20 on every synapse",
            "95 % interval",
        ],
        [
            [
                name(kind(row)),
                *(f"{int(row[key]):,}" for key in ("neurons", "synapses", "depth")),
                f"{100 * float(row['exact_rate']):.3f}",
                " ... ".join(f"{100 * float(row[key]):.3f}" for key in ("ci_low", "ci_high")),
            ]
            for design in DESIGNS
            for row in rows
            if row["design"] == design
        ],
    )
