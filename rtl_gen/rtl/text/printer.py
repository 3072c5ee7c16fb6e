# SPDX-License-Identifier: Apache-2.0
"""Modules of neurons as Verilog text: what every style of hardware has in common."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from textwrap import wrap

from spikefloat.rtl_gen.neurons.graph import PART, NeuronGraph
from spikefloat.rtl_gen.rtl.text.delay_memory import place_bits
from spikefloat.rtl_gen.rtl.text.head import COLUMNS, head_lines
from spikefloat.rtl_gen.rtl.text.items import (
    Addition,
    Assign,
    Cell,
    Child,
    Line,
    ModuleClass,
    Register,
    Summand,
)
from spikefloat.rtl_gen.rtl.text.nets import Net, NetBit, Role

__all__ = ["Kind", "file_header", "kinds_of", "module_lines"]

_CELL_COLUMNS = 120  # so that nearly every neuron takes one line
_INDENT = "    "

#: Weights, largest first, and threshold.
Kind = tuple[tuple[int, ...], int]


def kinds_of(modules: Sequence[ModuleClass]) -> list[Kind]:
    """Return every kind of neuron in the modules once, small ones first."""
    return sorted(
        {
            (item.weights, item.threshold)
            for entry in modules
            for item in entry.body.items
            if isinstance(item, Cell)
        },
        key=lambda kind: (len(kind[0]), [-weight for weight in kind[0]], kind[1]),
    )


def file_header(
    graph: NeuronGraph, top: str, header: Sequence[str], rest: str = "Everything else is wires."
) -> Iterator[str]:
    """Yield the comment at the top of a file: what the circuit is, and how to read the text."""
    weights = [abs(weight) for neuron in graph.neurons for weight in neuron.weights]
    fan_in = max((len(neuron.sources) for neuron in graph.neurons), default=0)
    paragraphs = [
        top,
        *header,
        "",
        (
            f"{len(graph.neurons)} neurons in {graph.depth} layers; {len(weights)} synapses; "
            f"largest fan-in {fan_in}; largest weight {max(weights, default=0)}."
        ),
        "",
        (
            "Each neuron is an instance of one of the neuron modules at the end of the file, whose "
            "names give weights and threshold: p1_m2_t1 is +1, -2 and threshold 1. The first weight "
            f"belongs to x[0]. {rest}"
        ),
        "",
    ]
    wrapped = (wrap(paragraph, COLUMNS - 3) or [""] for paragraph in paragraphs)
    yield from head_lines(line for lines in wrapped for line in lines)
    yield ""
    yield "`default_nettype none"
    yield ""


def module_lines(
    entry: ModuleClass,
    of_number: Mapping[int, ModuleClass],
    kinds: Mapping[Kind, str],
    *,
    controls: Sequence[str] = (),
    line: str = "",
    clocked: Callable[[ModuleClass], Sequence[str]] = lambda entry: (),
    has_enables: bool = False,
) -> Iterator[str]:
    """Yield the text of one module.

    Parameters
    ----------
    entry : ModuleClass
        The module.
    of_number : mapping of int to ModuleClass
        Modules that it may hold, by number.
    kinds : mapping of Kind to str
        Name of the module of each kind of neuron.
    controls : sequence of str
        Inputs that every module and neuron has besides, and hands down; the first is the clock.
    line : str
        Name of the module of a delay line; that of one in memory has ``_memory`` after it.
    clocked : callable
        Names the inputs that a module, but no neuron, has besides for its registers.
    has_enables : bool
        Whether the registers of each cut wait for an input ``enable_1``, ``enable_2``, ...
    """
    extra = [Net(name, Role.INPUT) for name in (*controls, *clocked(entry))]
    nets = {net.name: net for net in (*extra, *entry.body.nets)}
    registered = {
        bit.net for item in entry.body.items if isinstance(item, Register) for bit in item.target
    }
    yield from _module_comment(entry)
    ports = [net for net in nets.values() if net.role is not Role.INNER]
    if any(path and path[-1].startswith(PART) for path in entry.paths):
        yield '(* keep_hierarchy = "yes" *)'
    yield f"module {entry.name} ("
    width = max((len(_range(port)) for port in ports), default=0)
    for port in ports:
        comma = "" if port is ports[-1] else ","
        kind = "reg " if port.name in registered else "wire"
        yield f"{_INDENT}{port.role.value:6} {kind} {_range(port):{width}}{port.name}{comma}"
    yield ");"
    inner = [net for net in nets.values() if net.role is Role.INNER]
    yield from _declarations(inner, registered)
    shared = [f".{name}({name})" for name in controls]
    for item in entry.body.items:
        if isinstance(item, Cell):
            yield from _cell(kinds[item.weights, item.threshold], item, nets, shared)
        elif isinstance(item, Child):
            module = of_number[item.module]
            pins = [*shared, *(f".{name}({name})" for name in clocked(module))]
            yield from _child(module.name, item, nets, pins)
        elif isinstance(item, Line):
            yield from _line(line, item, nets, shared[:1])
        elif isinstance(item, Assign):
            yield from _assignment(item, nets)
        elif isinstance(item, Addition):
            yield from _addition(item, nets)
    registers = [item for item in entry.body.items if isinstance(item, Register)]
    for cut, group in groupby(registers, key=lambda item: item.cut):
        yield from _registers(cut, list(group), nets, has_enables)
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
    for line in wrap(f"{listed}: {entry.neurons} neuron{plural}{each}.", COLUMNS - 3):
        yield f"// {line}"


def _range(net: Net) -> str:
    return "" if net.high is None else f"[{net.high}:{net.low}] "


def _declarations(nets: list[Net], registered: set[str]) -> Iterator[str]:
    """Yield declarations; neighbours of the same shape share a line as long as they fit."""
    width = max((len(_range(net)) for net in nets), default=0)
    line, shape = "", ""
    for net in nets:
        kind = "reg " if net.name in registered else "wire"
        start = f"{_INDENT}{kind} {_range(net):{width}}"
        if line and shape == start and len(line) + len(net.name) + 3 <= COLUMNS:
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
        if (
            last is not None
            and last.net == bit.net
            and last.position is not None
            and bit.position == last.position + 1
        ):
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


def _cell(module: str, cell: Cell, nets: dict[str, Net], shared: list[str]) -> Iterator[str]:
    if cell.discharge is not None:
        shared = [*shared, f".discharge({_expression([cell.discharge], nets)})"]
    pins = ", ".join(
        (
            *shared,
            f".x({_expression(cell.sources, nets)})",
            f".spike({_expression([cell.spike], nets)})",
        )
    )
    yield from _instance(f"{module} {cell.name}", pins)


def _line(module: str, line: Line, nets: dict[str, Net], shared: list[str]) -> Iterator[str]:
    values = [
        f".{name}({value})"
        for name, value in (("LENGTH", line.length), ("WIDTH", len(line.source)))
        if value > 1
    ]
    if line.is_memory:
        module = f"{module}_memory"
        bits = place_bits(line.length)
        values[1:1] = [f".PLACE_BITS({bits})", f".LAST_PLACE({bits}'d{line.length - 2})"]
    parameters = f"#({', '.join(values)}) " if values else ""
    pins = ", ".join(
        (*shared, f".x({_expression(line.source, nets)})", f".y({_expression(line.target, nets)})")
    )
    yield from _instance(f"{module} {parameters}{line.name}", pins)


def _instance(start: str, pins: str) -> Iterator[str]:
    text = f"{_INDENT}{start} ({pins});"
    if len(text) <= _CELL_COLUMNS:
        yield text
    else:
        yield f"{_INDENT}{start} ("
        yield from _wrapped(f"{_INDENT * 2}{pins});")


def _child(module: str, child: Child, nets: dict[str, Net], shared: list[str]) -> Iterator[str]:
    pins = [*shared, *(f".{port}({_expression(bits, nets)})" for port, bits in child.connections)]
    line = f"{_INDENT}{module} {child.name} ({', '.join(pins)});"
    if len(line) <= COLUMNS:
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


def _addition(item: Addition, nets: dict[str, Net]) -> Iterator[str]:
    plural = "s add" if item.neurons != 1 else " adds"
    yield f"{_INDENT}// {item.neurons} neuron{plural}. An addition takes carry cells."
    width, words = item.width, list(item.summands)
    if item.carry_in is None:
        texts = [_summand(word, width, nets) for word in words]
    else:
        # The carry comes out of one more bit at the low end.
        words = [*words, Summand((), False)][:2]
        carry = _summand(item.carry_in, 1, nets)
        texts = [
            _summand(word, width - 1, nets, low)
            for word, low in zip(words, ("1'b1", carry), strict=True)
        ]
    yield from _wrapped(f"{_INDENT}assign {item.target} = {' + '.join(texts)};")


def _summand(word: Summand, width: int, nets: dict[str, Net], low: str = "") -> str:
    """Return a word with zeros above up to the given width, and with ``low`` below it."""
    bits = (*word.bits, *([None] * width))[:width]
    parts = []
    for is_zero, group in groupby(reversed(bits), key=lambda bit: bit is None):
        run = list(group)[::-1]
        text = (
            f"{len(run)}'b{'0' * len(run)}"
            if is_zero
            else _expression([bit for bit in run if bit is not None], nets)
        )
        parts.append(f"~{text}" if word.is_inverted and not is_zero else text)
    parts += [low] if low else []
    return parts[0] if len(parts) == 1 else f"{{{', '.join(parts)}}}"


def _registers(
    cut: int, registers: list[Register], nets: dict[str, Net], has_enable: bool
) -> Iterator[str]:
    yield ""
    yield f"{_INDENT}// Cut {cut}"
    condition = f"if (enable_{cut}) " if has_enable else ""
    yield f"{_INDENT}always @(posedge clk) {condition}begin"
    for item in registers:
        target, source = _expression(item.target, nets), _expression(item.source, nets)
        yield from _wrapped(f"{_INDENT * 2}{target} <= {source};")
    yield f"{_INDENT}end"


def _wrapped(line: str) -> list[str]:
    indent = line[: len(line) - len(line.lstrip())]
    return wrap(
        line,
        COLUMNS,
        subsequent_indent=indent + _INDENT,
        break_long_words=False,
        break_on_hyphens=False,
    )
