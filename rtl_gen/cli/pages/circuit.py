# SPDX-License-Identifier: Apache-2.0
"""What there is to say of one circuit: size, latency, margins, noise, and size on FPGAs."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from spikefloat.rtl_gen.checks.targets import design_target
from spikefloat.rtl_gen.cli.pages.page import Exhibit, html_table
from spikefloat.rtl_gen.cli.pages.schematic import schematic
from spikefloat.rtl_gen.designs.hardware import make_hardware, obstacle
from spikefloat.rtl_gen.designs.header import design_hardware
from spikefloat.rtl_gen.designs.instance import Instance
from spikefloat.rtl_gen.designs.options import HardwareOptions, Style
from spikefloat.rtl_gen.fpga.families import Target
from spikefloat.rtl_gen.fpga.synthesis.cache import Cache, default_cache_folder
from spikefloat.rtl_gen.fpga.synthesis.flow import Measurement
from spikefloat.rtl_gen.fpga.synthesis.flow import measure as synthesize
from spikefloat.rtl_gen.neurons.metrics import measure, neurons_by_scope
from spikefloat.rtl_gen.neurons.residue import RESETS
from spikefloat.sim.campaigns.campaign import Cell
from spikefloat.sim.campaigns.tolerance import find_tolerance
from spikefloat.sim.devices.operands import circuit_leak_bound

__all__ = ["Part", "circuit_parts", "exhibits", "markdown"]

#: Knobs whose largest value is looked for, and trials of each step, as `tolerance` has them.
_KNOBS = ("synapse_noise", "membrane_noise")
_TRIALS = 1 << 18

#: Most neurons of a circuit that is drawn.
_DRAWN = 2000


@dataclass(frozen=True, kw_only=True)
class Part:
    """A table about a circuit."""

    key: str
    title: str
    text: str
    heading: Sequence[str]
    rows: Sequence[Sequence[object]]
    command: str  #: What gives the same figures.
    tools: str = ""  #: Versions of other programs.


def circuit_parts(
    instance: Instance, words: str, targets: Sequence[Target], tell: Callable[[str], None]
) -> Iterator[Part]:
    """Yield all tables about a circuit.

    Parameters
    ----------
    instance : Instance
        The circuit; it is one graph of neurons.
    words : str
        Design and options, as a command has them.
    targets : sequence of Target
        What it is synthesized for.
    tell : callable
        Is told what is being done.
    """
    tell(f"Counting: {words}")
    yield _size(instance, words)
    yield Part(
        key="parts",
        title="Neurons by part",
        text="The outermost parts of the circuit; “top” is what is in none.",
        heading=["part", "neurons"],
        rows=[[name, f"{count:,}"] for name, count in neurons_by_scope(instance.graph).items()],
        command=f"spikefloat stats {words}",
    )
    tell(f"Making hardware: {words}")
    yield _latency(instance, words)
    yield _leak(instance, words)
    if not instance.design.is_vector:
        tell(f"Bisecting noise: {words}")
        yield _noise(instance, words)
    if targets:
        yield _synthesis(instance, words, targets, tell)


def _size(instance: Instance, words: str) -> Part:
    found = measure(instance.graph)
    names = {
        "neurons": "neurons",
        "depth": "depth, neurons in a row",
        "synapses": "synapses",
        "max_weight": "largest weight",
        "max_fan_in": "largest fan-in",
        "margin": "margin, in weights of 1",
        "relative_margin": "relative margin: common error of all weights that no neuron notices",
    }
    rows = [[text, f"{found.as_dict()[key]:,.3g}"] for key, text in names.items()]
    for place, key in enumerate(("neurons", "depth", "synapses")):
        rows[place][1] = f"{found.as_dict()[key]:,}"
    return Part(
        key="size",
        title="Size and margin",
        text=f"{instance.design.summary}. {instance.design.check[0].upper()}"
        f"{instance.design.check[1:]}.",
        heading=["figure", "value"],
        rows=rows,
        command=f"spikefloat stats {words}",
    )


def _latency(instance: Instance, words: str) -> Part:
    rows = []
    for style in Style:
        one = replace(instance, hardware=HardwareOptions(style=style))
        if obstacle(one):
            continue
        made = make_hardware(one)
        is_clocked = made.initiation_interval > 0
        times = [f"{made.latency:,}", f"{made.initiation_interval:,}"]
        rows.append([str(style), *(times if is_clocked else ["combinational", "-"])])
    return Part(
        key="latency",
        title="Latency",
        text="Clocks from operands to result, and from one operation to the next, in each style of "
        "hardware. With --stages N the spatial style takes N clocks.",
        heading=["style", "latency", "interval"],
        rows=rows,
        command=f"spikefloat stats {words} --style all",
    )


def _leak(instance: Instance, words: str) -> Part:
    return Part(
        key="leak",
        title="Leak",
        text="Share of its potential that a membrane may keep for the next wave, so that every result "
        "is exact whatever came before (the spiking style without discharge).",
        heading=["reset", "below"],
        rows=[[reset, f"{circuit_leak_bound(instance.graph, reset):.4g}"] for reset in RESETS],
        command=f"spikefloat sweep {words} --style spiking --residue leak --leak 0.1",
    )


def _noise(instance: Instance, words: str) -> Part:
    rows = []
    for knob in _KNOBS:
        # No precision but the number of trials ends a step: all steps are then alike.
        cell = Cell(target=design_target(instance), precision=1e-9, max_trials=_TRIALS)
        found = find_tolerance(cell, knob, exact_rate=0.999)
        rates = [f"{100 * found[key]:.3f}" for key in ("exact_rate", "ci_low", "ci_high")]
        rows.append([knob.replace("_", " "), f"{found['largest']:.3f}", *rates])
    return Part(
        key="noise",
        title="Noise",
        text="The largest of each alone at which 99.9 % of the results are exact, in spikes and in "
        f"weights of 1, and the rate there with its 95 % interval, of {_TRIALS:,} trials. The second "
        f"comes with --knob {_KNOBS[1]}.",
        heading=["knob", "largest", "exact, %", "from", "to"],
        rows=rows,
        command=f"spikefloat tolerance {words}",
    )


def _synthesis(
    instance: Instance, words: str, targets: Sequence[Target], tell: Callable[[str], None]
) -> Part:
    made = design_hardware(instance)
    cache = Cache(default_cache_folder())
    found = [
        synthesize(
            made.verilog,
            target=target,
            cache=cache,
            progress=tell,
            module=instance.name,
            ports=made.ports,
        )
        for target in targets
    ]
    tools = {f"{name} {version}" for one in found for name, version in one.tools.items()}
    names = ",".join(target.name for target in targets)
    return Part(
        key="synthesis",
        title="Tables and clock",
        text="After synthesis, and placement and routing where the target is a device; the clock is "
        "between registers at all ports, median of three seeds.",
        heading=["target", "LUT4", "LUT6", "gates", "levels", "carry", "flip-flops", "MHz"],
        rows=[[one.target, *_cells(one)] for one in found],
        command=f"spikefloat synth {words} --target {names}",
        tools=", ".join(sorted(tools)),
    )


def _cells(one: Measurement) -> list[object]:
    levels = (one.lut4_depth, one.lut6_depth, one.gates_depth)
    level = next((depth for depth in levels if depth is not None), None)
    figures = (one.lut4, one.lut6, one.gates, level, one.carry, one.ff, one.fmax_mhz)
    return ["-" if figure is None else f"{figure:,}" for figure in figures]


def markdown(title: str, parts: Sequence[Part], source: str) -> str:
    """Return the tables as Markdown, each with its command."""
    lines = [f"# {title}", ""]
    for part in parts:
        lines += [f"## {part.title}", "", part.text, ""]
        lines.append(f"| {' | '.join(part.heading)} |")
        lines.append("|---|" + "---:|" * (len(part.heading) - 1))
        lines += [f"| {' | '.join(map(str, row))} |" for row in part.rows]
        lines += ["", f"`{part.command}`; {_versions(part, source)}", ""]
    return "\n".join(lines).rstrip("\n")


def exhibits(instance: Instance, parts: Sequence[Part], source: str) -> Iterator[Exhibit]:
    """Yield the tables as figures of a page, and a drawing of the circuit unless it is large."""
    for part in parts:
        yield Exhibit(
            key=part.key,
            title=part.title,
            text=part.text,
            picture=html_table(part.heading, part.rows, caption=part.title),
            command=part.command,
            source=_versions(part, source),
        )
    graph = instance.graph
    if len(graph.neurons) <= _DRAWN:
        yield Exhibit(
            key="drawing",
            title="The circuit",
            text="Neurons by layers, from left to right; a bar is a part, dashed lines are negative "
            "weights. Point at a neuron for its name, threshold and weights.",
            picture=schematic(graph, key="circuit", alt=f"Drawing of {graph}"),
            command=parts[0].command,
            source=source,
        )


def _versions(part: Part, source: str) -> str:
    return f"{source}; {part.tools}" if part.tools else source
