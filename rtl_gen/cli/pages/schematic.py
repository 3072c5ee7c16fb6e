# SPDX-License-Identifier: Apache-2.0
"""A circuit as a drawing for a page: neurons by layers, and by the parts that they belong to.

A small one shows thresholds and weights; a large one has them in the text that a pointer brings up.
"""

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from spikefloat.rtl_gen.neurons.graph import Neuron, NeuronGraph

__all__ = ["Place", "places", "schematic"]

#: Most neurons of a circuit that is drawn with all its figures.
_SMALL = 12

#: Number of colours for the parts.
_COLOURS = 10


class Place(NamedTuple):
    """Where a node is drawn, in steps: its layer, and its row counted from the top."""

    column: int
    row: float


class _Steps(NamedTuple):
    """Sizes of a drawing, in its own units."""

    column: float
    row: float
    radius: float
    left: float


_LARGE_STEPS = _Steps(column=24, row=17, radius=5, left=150)
_SMALL_STEPS = _Steps(column=150, row=120, radius=22, left=60)


def part_of(graph: NeuronGraph, neuron: Neuron) -> str:
    """Return the outermost scope of a neuron, or ``circuit``."""
    path = graph.scopes[neuron.scope].path
    return path[0] if path else "circuit"


def places(graph: NeuronGraph) -> tuple[list[Place], dict[str, tuple[float, int]]]:
    """Return where each node is drawn, and the first row and the number of rows of each part.

    The operands are a part of their own, the first one.
    """
    parts: dict[str, dict[int, list[int]]] = {"operands": {0: list(range(graph.input_count))}}
    for node, neuron in graph.numbered_neurons():
        part = parts.setdefault(part_of(graph, neuron), {})
        part.setdefault(max(1, graph.layers[node]), []).append(node)
    heights = {name: max(map(len, columns.values())) for name, columns in parts.items()}
    # Operands stand beside the other parts, not above them; the lower side is in the middle.
    below = sum(heights.values()) - graph.input_count
    top = max(0, graph.input_count - below) / 2
    found: dict[int, Place] = {}
    bands: dict[str, tuple[float, int]] = {}
    for name, columns in parts.items():
        is_first = name == "operands"
        first = max(0, below - graph.input_count) / 2 if is_first else top
        for column, nodes in columns.items():
            for row, node in enumerate(nodes):
                found[node] = Place(column, first + row + (heights[name] - len(nodes)) / 2)
        bands[name] = (first, heights[name])
        top += 0 if is_first else heights[name]
    return [found[node] for node in range(graph.node_count)], bands


def schematic(
    graph: NeuronGraph, *, key: str, alt: str, fires: Sequence[bool] | None = None
) -> str:
    """Return a circuit as HTML: a drawing that can be enlarged.

    Parameters
    ----------
    graph : NeuronGraph
        The circuit.
    key : str
        What the names inside begin with.
    alt : str
        What is said of it to those who do not see it.
    fires : sequence of bool, optional
        Whether each node fires, operands first: those that do are filled, and synapses that carry
        a spike stand out. Without it, the whole circuit is shown.
    """
    is_small = len(graph.neurons) <= _SMALL
    steps = _small_steps(graph) if is_small else _LARGE_STEPS
    where, bands = places(graph)
    at = [
        (
            steps.left + place.column * steps.column,
            steps.row * (place.row + 0.5) + (0 if is_small else 10),
        )
        for place in where
    ]
    colours = {name: number % _COLOURS for number, name in enumerate(list(bands)[1:])}
    width = max(x for x, _ in at) + (90 if is_small else 40)
    height = max(y for _, y in at) + steps.row * 0.5 + 6
    items = [
        *(() if is_small else _bands(bands, colours, steps, width)),
        *_synapses(graph, at, steps, fires, has_weights=is_small),
        *_operands(graph, at, steps, fires, has_names=is_small),
        *_neurons(graph, at, steps, fires, colours, is_small=is_small),
    ]
    kind = "drawing small" if is_small else "drawing"
    body = "\n".join(items)
    svg = (
        f'<svg class="{kind}" role="img" aria-label="{escape(alt)}" '
        f'viewBox="0 0 {width:g} {height:g}" xmlns="http://www.w3.org/2000/svg">\n{body}\n</svg>'
    )
    if is_small:
        return svg
    buttons = "".join(
        f'<button type="button" data-zoom="{action}" aria-label="{label}">{sign}</button>'
        for action, label, sign in (
            ("in", "Enlarge", "+"),
            ("out", "Reduce", "−"),
            ("whole", "Show the whole", "⤢"),
        )
    )
    return (
        f'<div class="zoom"><div class="tools">{buttons}</div>\n'
        f'<div class="view" id="{key}-view" tabindex="0" role="group" '
        f'aria-label="Drawing; the keys +, - and 0 enlarge and reduce it, arrows move it">\n'
        f"{svg}\n</div></div>"
    )


def _small_steps(graph: NeuronGraph) -> _Steps:
    """Return the sizes of a small drawing, with room for the names of the operands."""
    longest = max(len(port.name) + 3 * (len(port.nodes) > 1) for port in graph.inputs)
    return _SMALL_STEPS._replace(left=max(_SMALL_STEPS.left, 36 + 9 * longest))


def _bands(
    bands: dict[str, tuple[float, int]], colours: dict[str, int], steps: _Steps, width: float
) -> list[str]:
    """Return a bar for each part, with its name."""
    items = []
    for number, (name, colour) in enumerate(colours.items()):
        first, rows = bands[name]
        top, height = first * steps.row + 10, rows * steps.row
        if number % 2 == 0:
            items.append(
                f'<rect class="band" x="0" y="{top:g}" width="{width:g}" height="{height:g}"/>'
            )
        items.append(
            f'<text x="6" y="{top + height / 2 + 4:g}" font-size="12" '
            f'style="fill: var(--scope-{colour})">{escape(name.replace("_", " "))}</text>'
        )
    return items


def _synapses(
    graph: NeuronGraph,
    at: Sequence[tuple[float, float]],
    steps: _Steps,
    fires: Sequence[bool] | None,
    *,
    has_weights: bool,
) -> list[str]:
    """Return the lines between nodes, those of one kind as one path, and weights upon them."""
    paths: dict[str, list[str]] = {}
    texts = []
    for node, neuron in graph.numbered_neurons():
        for source, weight in zip(neuron.sources, neuron.weights, strict=True):
            (x1, y1), (x2, y2) = at[source], at[node]
            kind = "synapse"
            if fires is not None:
                kind += " carries" * bool(fires[source])
            elif weight < 0:
                kind += " minus"
            middle = (x1 + x2) / 2
            paths.setdefault(kind, []).append(
                f"M{x1:g} {y1:g}C{middle:g} {y1:g} {middle:g} {y2:g} {x2:g} {y2:g}"
            )
            if has_weights:
                # Lines that pass other neurons have it at their start, the others at their end.
                is_long = x2 - x1 > 1.5 * steps.column
                x = x1 + 0.45 * steps.column if is_long else x2 - steps.radius - 24
                share = (x - x1) / (x2 - x1)
                y = y1 + (y2 - y1) * (3 * share**2 - 2 * share**3)
                label = f"{weight:+d}".replace("-", "\N{MINUS SIGN}")  # no dash beside dashes
                texts.append(
                    f'<text class="weight" x="{x:g}" y="{y - 4:g}" text-anchor="middle">'
                    f"{label}</text>"
                )
    lines = [
        f'<path class="{kind}" d="{"".join(parts)}"/>' for kind, parts in sorted(paths.items())
    ]
    return lines + texts


def _operands(
    graph: NeuronGraph,
    at: Sequence[tuple[float, float]],
    steps: _Steps,
    fires: Sequence[bool] | None,
    *,
    has_names: bool,
) -> list[str]:
    """Return a square for each bit of the operands."""
    items = []
    side = steps.radius * (1.1 if has_names else 1.8)
    for port in graph.inputs:
        for bit, node in enumerate(port.nodes):
            x, y = at[node]
            name = port.name if len(port.nodes) == 1 else f"{port.name}[{bit}]"
            on = " on" if fires is not None and fires[node] else ""
            items.append(
                f'<rect class="node scope-7{on}" x="{x - side / 2:g}" y="{y - side / 2:g}" '
                f'width="{side:g}" height="{side:g}"><title>{escape(name)}</title></rect>'
            )
            if has_names:
                items.append(
                    f'<text x="{x - side:g}" y="{y + 5:g}" text-anchor="end" font-size="15">'
                    f"{escape(name)}</text>"
                )
    return items


def _neurons(
    graph: NeuronGraph,
    at: Sequence[tuple[float, float]],
    steps: _Steps,
    fires: Sequence[bool] | None,
    colours: dict[str, int],
    *,
    is_small: bool,
) -> list[str]:
    """Return a circle for each neuron: its threshold inside, what it is below."""
    results: dict[int, list[str]] = {}
    for port in graph.outputs:
        for bit, node in enumerate(port.nodes):
            name = port.name if len(port.nodes) == 1 else f"{port.name}[{bit}]"
            results.setdefault(node, []).append(name)
    items = []
    for node, neuron in graph.numbered_neurons():
        x, y = at[node]
        colour = colours[part_of(graph, neuron)]
        on = " on" if fires is not None and fires[node] else ""
        words = f"{graph.path(neuron)}: fires from {neuron.threshold}, weights "
        words += ", ".join(f"{weight:+d}" for weight in neuron.weights) or "none"
        if node in results:
            words += f"; gives {', '.join(results[node])}"
        items.append(
            f'<circle class="node scope-{colour}{on}" cx="{x:g}" cy="{y:g}" r="{steps.radius:g}">'
            f"<title>{escape(words)}</title></circle>"
        )
        if is_small:
            items.append(
                f'<text x="{x:g}" y="{y + 5:g}" text-anchor="middle" font-size="14">'
                f"≥ {neuron.threshold}</text>"
            )
            if node in results:
                items.append(
                    f'<text x="{x + steps.radius + 8:g}" y="{y + 5:g}" font-size="15">'
                    f"{escape(', '.join(results[node]))}</text>"
                )
    return items
