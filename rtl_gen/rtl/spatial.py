# SPDX-License-Identifier: Apache-2.0
"""Neuron graphs as combinational hardware: one lookup table for each neuron, and wires.

The text is printed straight from the graph. So it is the same to the byte whatever the versions of
the tools, and a circuit of 100,000 neurons takes seconds.
"""

from collections.abc import Iterator, Sequence
from textwrap import wrap

from amaranth.hdl import Instance, Module
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..neurons.graph import NeuronGraph
from .kinds import kind_module, kind_name
from .netlist import Assign, Cell, Child, ModuleClass, build_modules
from .nets import Net, NetBit, Role

__all__ = ["SpatialModule", "spatial_verilog"]

_COLUMNS = 100
_CELL_COLUMNS = 120  # so that nearly every neuron takes one line
_INDENT = "    "


def spatial_verilog(
    graph: NeuronGraph, *, module: str | None = None, header: Sequence[str] = ()
) -> str:
    """Return a neuron graph as one self-contained Verilog-2001 file.

    The top module has the inputs and then the outputs of the graph as ports, in order. Each scope
    is a module of its own, and so is each kind of neuron; every module name begins with that of the
    top module, so that several such files can be used together.

    Parameters
    ----------
    graph : NeuronGraph
        The circuit.
    module : str, optional
        Name of the top module; the name of the graph if None.
    header : sequence of str
        Lines for the comment at the top of the file: what it is and how it was made.

    Returns
    -------
    str
        The text of the file.

    Raises
    ------
    ValueError
        If the name of the module or of a port cannot be used in Verilog.
    """
    top = graph.name if module is None else module
    modules = build_modules(graph, top)
    kinds = sorted(
        {(item.weights, item.threshold) for entry in modules for item in entry.body.items
         if isinstance(item, Cell)},
        key=lambda kind: (len(kind[0]), [-weight for weight in kind[0]], kind[1]))
    names = {kind: f"{top}_{kind_name(*kind)}" for kind in kinds}
    parts = ["\n".join(_file_header(graph, top, header))]
    of_number = {entry.number: entry for entry in modules}
    for entry in modules:
        parts.append("\n".join(_module_lines(entry, of_number, names)))
    for (weights, threshold), name in names.items():
        parts.append(kind_module(name, weights, threshold))
    parts.append("`default_nettype wire\n")
    return "\n".join(parts)


class SpatialModule(wiring.Component):
    """A neuron graph as combinational hardware, inside an Amaranth design.

    The outputs follow the inputs within the same cycle. The Verilog of the graph is handed to the
    platform; without a platform, whoever uses the design must add :attr:`verilog` to it.

    Parameters
    ----------
    graph : NeuronGraph
        The circuit.
    module : str, optional
        Name of the Verilog module; the name of the graph if None.
    header : sequence of str
        Lines for the comment at the top of the Verilog.

    Members
    -------
    ... : ``In(width)``
        One for each input of the graph, with its name and width.
    ... : ``Out(width)``
        One for each output of the graph.

    Raises
    ------
    ValueError
        If the name of the module or of a port cannot be used in Verilog.
    """

    def __init__(
        self, graph: NeuronGraph, *, module: str | None = None, header: Sequence[str] = ()
    ) -> None:
        self._graph = graph
        self._module = graph.name if module is None else module
        self._verilog = spatial_verilog(graph, module=module, header=header)
        super().__init__({
            **{port.name: In(len(port.nodes)) for port in graph.inputs},
            **{port.name: Out(len(port.nodes)) for port in graph.outputs},
        })

    @property
    def graph(self) -> NeuronGraph:
        """The circuit."""
        return self._graph

    @property
    def module(self) -> str:
        """Name of the Verilog module."""
        return self._module

    @property
    def verilog(self) -> str:
        """Text of the Verilog file."""
        return self._verilog

    def elaborate(self, platform: object) -> Module:
        """Return an instance of the Verilog module."""
        m = Module()
        m.submodules.neurons = Instance(
            self._module,
            **{f"i_{port.name}": getattr(self, port.name) for port in self._graph.inputs},
            **{f"o_{port.name}": getattr(self, port.name) for port in self._graph.outputs},
        )
        add_file = getattr(platform, "add_file", None)
        if add_file is not None:
            add_file(f"{self._module}.v", self._verilog)
        return m


# ------------------------------------------------------------------------------------ printing


def _file_header(graph: NeuronGraph, top: str, header: Sequence[str]) -> Iterator[str]:
    weights = [abs(weight) for neuron in graph.neurons for weight in neuron.weights]
    fan_in = max((len(neuron.sources) for neuron in graph.neurons), default=0)
    paragraphs = [top, *header, "", (
        f"{len(graph.neurons)} neurons in {graph.depth} layers; {len(weights)} synapses; "
        f"largest fan-in {fan_in}; largest weight {max(weights, default=0)}."), "", (
        "Each neuron is an instance of one of the neuron modules at the end of the file, whose "
        "names give weights and threshold: p1_m2_t1 is +1, -2 and threshold 1. The first weight "
        "belongs to x[0]. Everything else is wires.")]
    for paragraph in paragraphs:
        for line in wrap(paragraph, _COLUMNS - 3) or [""]:
            yield f"// {line}".rstrip()
    yield ""
    yield "`default_nettype none"
    yield ""


def _module_lines(
    entry: ModuleClass, of_number: dict[int, ModuleClass],
    kinds: dict[tuple[tuple[int, ...], int], str],
) -> Iterator[str]:
    nets = {net.name: net for net in entry.body.nets}
    yield from _module_comment(entry)
    ports = [net for net in nets.values() if net.role is not Role.INNER]
    yield f"module {entry.name} ("
    width = max((len(_range(port)) for port in ports), default=0)
    for port in ports:
        comma = "" if port is ports[-1] else ","
        yield f"{_INDENT}{port.role.value:6} wire {_range(port):{width}}{port.name}{comma}"
    yield ");"
    inner = [net for net in nets.values() if net.role is Role.INNER]
    yield from _declarations(inner)
    for item in entry.body.items:
        if isinstance(item, Cell):
            yield from _cell(kinds[item.weights, item.threshold], item, nets)
        elif isinstance(item, Child):
            yield from _child(of_number[item.module].name, item, nets)
        else:
            yield from _assignment(item, nets)
    yield "endmodule"
    yield ""


def _module_comment(entry: ModuleClass) -> Iterator[str]:
    if not entry.paths[0]:
        return
    paths = ["/".join(path) for path in entry.paths]
    each = " each" if len(paths) > 1 else ""
    if len(paths) > 4:
        paths = [paths[0], f"{len(paths) - 1} others"]
    listed = " and ".join((", ".join(paths[:-1]), paths[-1])) if len(paths) > 1 else paths[0]
    plural = "s" if entry.neurons != 1 else ""
    for line in wrap(f"{listed}: {entry.neurons} neuron{plural}{each}.", _COLUMNS - 3):
        yield f"// {line}"


def _range(net: Net) -> str:
    return "" if net.high is None else f"[{net.high}:{net.low}] "


def _declarations(nets: list[Net]) -> Iterator[str]:
    """Yield declarations; neighbours of the same shape share a line as long as they fit."""
    width = max((len(_range(net)) for net in nets), default=0)
    line, shape = "", ""
    for net in nets:
        start = f"{_INDENT}wire {_range(net):{width}}"
        if line and shape == start and len(line) + len(net.name) + 3 <= _COLUMNS:
            line += f", {net.name}"
            continue
        if line:
            yield f"{line};"
        line, shape = f"{start}{net.name}", start
    if line:
        yield f"{line};"
        yield ""


def _expression(bits: Sequence[NetBit], nets: dict[str, Net]) -> str:
    """Return bits, given least significant first, as slices, joined if there are several."""
    runs: list[list[NetBit]] = []
    for bit in bits:
        last = runs[-1][-1] if runs else None
        if (last is not None and last.net == bit.net
                and last.position is not None and bit.position == last.position + 1):
            runs[-1].append(bit)
        else:
            runs.append([bit])
    texts = []
    for run in reversed(runs):
        net, low, high = nets[run[0].net], run[0].position, run[-1].position
        if (low, high) == (net.low, net.high) or low is None:
            texts.append(net.name)
        else:
            texts.append(f"{net.name}[{low}]" if low == high else f"{net.name}[{high}:{low}]")
    return texts[0] if len(texts) == 1 else f"{{{', '.join(texts)}}}"


def _cell(module: str, cell: Cell, nets: dict[str, Net]) -> Iterator[str]:
    pins = f".x({_expression(cell.sources, nets)}), .spike({_expression([cell.spike], nets)})"
    line = f"{_INDENT}{module} {cell.name} ({pins});"
    if len(line) <= _CELL_COLUMNS:
        yield line
    else:
        yield f"{_INDENT}{module} {cell.name} ("
        yield from _wrapped(f"{_INDENT * 2}{pins});")


def _child(module: str, child: Child, nets: dict[str, Net]) -> Iterator[str]:
    pins = [f".{port}({_expression(bits, nets)})" for port, bits in child.connections]
    line = f"{_INDENT}{module} {child.name} ({', '.join(pins)});"
    if len(line) <= _COLUMNS:
        yield line
    else:
        yield f"{_INDENT}{module} {child.name} ("
        for position, pin in enumerate(pins, start=1):
            yield from _wrapped(f"{_INDENT * 2}{pin}{',' if position < len(pins) else ');'}")


def _assignment(item: Assign, nets: dict[str, Net]) -> Iterator[str]:
    if isinstance(item.source, bool):
        source = f"1'b{int(item.source)}"
    else:
        source = _expression(item.source, nets)
    yield from _wrapped(f"{_INDENT}assign {_expression(item.target, nets)} = {source};")


def _wrapped(line: str) -> list[str]:
    indent = line[: len(line) - len(line.lstrip())]
    return wrap(
        line, _COLUMNS, subsequent_indent=indent + _INDENT, break_long_words=False,
        break_on_hyphens=False)
