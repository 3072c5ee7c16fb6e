# SPDX-License-Identifier: Apache-2.0
"""The figures of the page about everything: what ``spikefloat report --html`` shows."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from spikefloat.rtl_gen.checks.targets import block_target, design_target
from spikefloat.rtl_gen.cli.figures.lengths import STEPS, depths, draw_depths, step_clocks
from spikefloat.rtl_gen.cli.figures.pareto import draw_circuits
from spikefloat.rtl_gen.cli.figures.series import circuit
from spikefloat.rtl_gen.cli.figures.sweep import draw_sweep
from spikefloat.rtl_gen.cli.pages.charts import chart
from spikefloat.rtl_gen.cli.pages.matrix import matrix
from spikefloat.rtl_gen.cli.pages.measured import fpga_measurements
from spikefloat.rtl_gen.cli.pages.page import Exhibit, html_table
from spikefloat.rtl_gen.cli.pages.schematic import schematic
from spikefloat.rtl_gen.designs.catalog import find_design
from spikefloat.rtl_gen.designs.exploration import explore
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.formats import FORMATS
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.sim.campaigns.campaign import Cell
from spikefloat.sim.campaigns.store import campaign_rows
from spikefloat.sim.devices.physics import Physics
from spikefloat.sim.golden.arithmetic import describe
from spikefloat.sim.graphs.network import Network
from spikefloat.sim.graphs.planes import pack_codes

__all__ = ["overview"]

#: Terms of the dot products, and the ways to accumulate that are quick to build at all lengths.
_LENGTHS = (2, 4, 8, 16, 32)
_WAYS = ("exact", "tree", "chain")

#: Values of a knob, with the half-width of the interval at which its trials end.
_KNOBS = {
    "synapse_noise": ((0.025, 0.05, 0.075, 0.1, 0.15, 0.2), 0.003),
    "weight_mismatch": ((0.025, 0.05, 0.075, 0.1, 0.15, 0.2), 0.03),
}

#: Operands whose product is shown as spikes: 1.625 and 0.3125 in E4M3FN.
_SHOWN = (0x3D, 0x2A)


def overview(
    results: Sequence[Mapping[str, Any]], source: str, tell: Callable[[str], None]
) -> list[Exhibit]:
    """Return all figures, measured now but for those of FPGAs.

    Parameters
    ----------
    results : sequence of mapping
        Rows of ``verify``, if there are any.
    source : str
        Version and date of this run.
    tell : callable
        Is told what is being done.
    """
    steps: tuple[tuple[str, Callable[[], Iterable[Exhibit]]], ...] = (
        ("operations and formats", lambda: [matrix(results, source)]),
        ("circuits of the multiplier", lambda: [_pareto(source)]),
        ("lengths of dot products", lambda: [_lengths(source)]),
        ("noise and mismatch", lambda: _noise(source)),
        ("FPGAs", lambda: [_fpga()]),
        ("drawings", lambda: _drawings(source)),
    )
    exhibits: list[Exhibit] = []
    for what, made in steps:
        tell(f"Measuring: {what}")
        exhibits += made()
    return exhibits


def _pareto(source: str) -> Exhibit:
    points = explore(find_design("multiply"), "e4m3fn")
    release = next(point for point in points if point.source == "release")
    least = min(points, key=lambda point: point.neurons)
    return Exhibit(
        key="pareto",
        title="Neurons against depth of the E4M3FN multiplier",
        text=f"Every known circuit; lines join those that no other one of their budget beats. The "
        f"fewest neurons are {least.neurons:,} (budget {least.budget}); the star is the paper's own "
        f"code, {release.neurons:,} neurons at depth {release.depth}.",
        picture=chart(
            lambda figure: draw_circuits(figure, points, "multiply"),
            key="pareto",
            alt=f"Neurons from {least.neurons} to {max(p.neurons for p in points)} over depth from "
            f"{min(p.depth for p in points)} to {max(p.depth for p in points)}; the table has all",
            size=(7.0, 6.2),
        ),
        table=html_table(
            ["circuit", "budget", "neurons", "depth", "relative margin", "unbeaten"],
            (
                [
                    f"{p.source}, {p.library}",
                    p.budget,
                    f"{p.neurons:,}",
                    p.depth,
                    "-" if p.metrics is None else f"{p.metrics.relative_margin:.3g}",
                    "yes" if p.is_pareto else "no",
                ]
                for p in points
            ),
            caption="Circuits of the E4M3FN multiplier",
        ),
        command="spikefloat explore multiply",
        source=source,
    )


def _lengths(source: str) -> Exhibit:
    found = {way: depths(way, _LENGTHS) for way in _WAYS} | {STEPS: step_clocks(_LENGTHS)}
    exact, steps = found["exact"], found[STEPS]
    return Exhibit(
        key="lengths",
        title="Latency of dot products against their length",
        text=f"Clocks in the spiking style, one for each layer of neurons, of an E4M3FN dot product. "
        f"The exact sum of {_LENGTHS[-1]} terms takes {exact[-1]:,}; step by step it is "
        f"{steps[-1]:,}.",
        picture=chart(
            lambda figure: draw_depths(figure, _LENGTHS, found),
            key="lengths",
            alt=f"Exact sums grow from {exact[0]} to {exact[-1]} clocks, those in a chain to "
            f"{found['chain'][-1]}, step by step to {steps[-1]}",
        ),
        table=html_table(
            ["terms", *map(str, _LENGTHS)],
            ([name, *(f"{value:,}" for value in row)] for name, row in found.items()),
            caption="Clocks by the number of terms",
        ),
        command=f"spikefloat stats dot --style spiking --length {','.join(map(str, _LENGTHS))} "
        f"--accumulate {','.join(_WAYS)}",
        source=source,
    )


def _noise(source: str) -> Iterator[Exhibit]:
    """Yield the share of right products over noise, and over mismatch."""
    targets = [
        design_target(make_instance("multiply", objective="neurons")),
        design_target(make_instance("multiply", library="published")),
    ]
    for knob, (values, precision) in _KNOBS.items():
        settings: list[dict[str, Any]] = [{knob: value} for value in values]
        cells = [
            Cell(target=target, physics=Physics(**setting), precision=precision, max_trials=1 << 18)
            for target in targets
            for setting in settings
        ]
        rows = campaign_rows(cells)
        words = knob.replace("_", " ")
        option = f"--{knob.replace('_', '-')} {','.join(map(str, values))}"
        shown = [row for row in rows if row[knob] == values[1]]
        shares = [f"{100 * row['exact_rate']:.2f} % with {row['neurons']} neurons" for row in shown]
        yield Exhibit(
            key=knob.replace("_", "-"),
            title=f"Exact products against {words}",
            text=f"Share of E4M3FN products that equal the golden model's, on devices that are not "
            f"ideal; bars are 95 % intervals. At {shown[0][knob]:g} it is {' and '.join(shares)}.",
            picture=chart(
                partial(draw_sweep, rows=rows),
                key=knob.replace("_", "-"),
                alt=f"Both curves fall as the {words} grows; the table has all values",
            ),
            table=html_table(
                ["circuit", words, "exact, %", "from", "to", "trials"],
                (
                    [
                        f"{circuit(row)}, {row['neurons']} neurons",
                        row[knob],
                        *(f"{100 * row[key]:.3f}" for key in ("exact_rate", "ci_low", "ci_high")),
                        f"{row['trials']:,}",
                    ]
                    for row in rows
                ),
                caption=f"Exact products by {words}",
            ),
            command=f"spikefloat sweep multiply --library all --objective neurons {option} "
            f"--precision {precision} --trials {1 << 18}",
            source=source,
        )


def _fpga() -> Exhibit:
    found = fpga_measurements()
    rows = found["rows"]
    tools = {f"{name} {version}" for row in rows for name, version in row["tools"].items()}
    groups: dict[tuple[str, str], dict[int, Mapping[str, Any]]] = {}
    for row in rows:
        if row["style"] == "spatial":
            groups.setdefault((row["design"], row["who"]), {})[row["cuts"]] = row
    most = max(cuts for group in groups.values() for cuts in group)

    def cells(group: Mapping[int, Mapping[str, Any]]) -> list[str]:
        tables = f"{group[0]['lut6']} / {group[0]['lut6_depth']}"
        # Block dot products are mapped only, not placed.
        clocks = (group.get(cuts, {}).get("fmax_mhz") for cuts in range(most + 1))
        return [tables, *("-" if clock is None else f"{clock:.0f}" for clock in clocks)]

    return Exhibit(
        key="fpga",
        title="On an FPGA, beside plain designs",
        text="Tables of six inputs and their levels, and the clock on an ECP5 in MHz with 0 to "
        f"{most} register cuts, of circuits in E4M3FN. “plain” is a behavioural design written by "
        "hand; the others are neurons, by --objective. All went through the same tools in one run.",
        picture=html_table(
            ["design", "LUT6 / levels", *(f"MHz, {cuts} cuts" for cuts in range(most + 1))],
            ([f"{design}, {who}", *cells(group)] for (design, who), group in groups.items()),
            caption="Size and clock on an FPGA",
        ),
        command="python benchmarks/fpga_quality.py --json",
        source=f"{', '.join(sorted(tools))}; measured {found['date']}",
    )


def _drawings(source: str) -> Iterator[Exhibit]:
    """Yield a neuron, a gate, an adder, the multiplier, and one product as spikes."""
    for name, what in (("and", "One neuron: AND"), ("xor", "A gate: XOR")):
        graph = block_target(name).graph
        yield Exhibit(
            key=f"drawing-{name}",
            title=what,
            text="A neuron adds the weights of the spikes that reach it, and fires when the sum is "
            "at least the number in it.",
            picture=schematic(graph, key=name, alt=_words(graph)),
            command=f"spikefloat criticality {name} --json",
            source=source,
        )
    graph = make_instance("multiply").graph
    yield Exhibit(
        key="drawing-multiply",
        title="The E4M3FN multiplier by its parts",
        text=f"{len(graph.neurons)} neurons in {graph.depth} layers, from left to right; a bar is a "
        "part of the circuit, dashed lines are negative weights. Point at a neuron for its name, "
        "threshold and weights.",
        picture=schematic(graph, key="multiply", alt=_words(graph)),
        command="spikefloat stats multiply",
        source=source,
    )
    yield _spikes(graph, source)


def _words(graph: NeuronGraph) -> str:
    parts = ", ".join(dict.fromkeys(s.path[0].replace("_", " ") for s in graph.scopes if s.path))
    return f"Drawing of {graph}" + (f"; parts: {parts}" if parts else "")


def _spikes(graph: NeuronGraph, source: str) -> Exhibit:
    fmt = FORMATS["e4m3fn"]
    codes = dict(zip("ab", _SHOWN, strict=True))
    planes = Network(graph).node_planes(
        {name: pack_codes(np.array([code]), fmt.width) for name, code in codes.items()}
    )
    fires = [bool(spikes) for spikes in planes[:, 0] & 1]
    result = sum(fires[node] << bit for bit, node in enumerate(graph.output("y").nodes))
    a, b, y = (describe(fmt, code) for code in (*_SHOWN, result))
    count = sum(fires[graph.input_count :])
    return Exhibit(
        key="spikes",
        title="One multiplication as spikes",
        text=f"{a} × {b} = {y} in E4M3FN: {count} of {len(graph.neurons)} neurons fire (filled); "
        "bright lines carry a spike.",
        picture=schematic(
            graph,
            key="spikes",
            alt=f"The multiplier with the {count} neurons that fire for {a} times {b}",
            fires=fires,
        ),
        command="python docs/figures/spikes.py",
        source=source,
    )
