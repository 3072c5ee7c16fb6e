# SPDX-License-Identifier: Apache-2.0
"""Waveforms of a short scene, and a GTKWave save file that makes them readable.

Buses that carry codes are shown as numbers through a translate filter, membranes as analog traces,
and everything is grouped as the circuit is.
"""

import io
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from vcd.gtkw import GTKWFlag, GTKWSave
from vcd.reader import TokenKind, tokenize

from spikefloat.rtl_gen.formats import Format
from spikefloat.sim.golden.arithmetic import describe
from spikefloat.sim.simulators.find import ToolError, find_program
from spikefloat.sim.simulators.job import run_job

__all__ = [
    "MAX_FILTER_WIDTH",
    "Signal",
    "filter_text",
    "find_vcd2fst",
    "play",
    "read_signals",
    "save_text",
    "to_fst",
]

#: Filters of wider formats would be too long to load.
MAX_FILTER_WIDTH = 16

#: Scope of the simulator's own, with the ports of the top module.
_PORTS = "ports"


@dataclass(frozen=True)
class Signal:
    """A signal of a waveform file."""

    path: tuple[str, ...]  #: Scopes and name.
    width: int
    low: int = 0  #: Number of its lowest bit.


class _Node(NamedTuple):
    signals: list[Signal]
    children: "dict[str, _Node]"


def play(
    verilog: str,
    module: str,
    steps: Sequence[Mapping[str, int]],
    build_dir: Path,
    *,
    clocked: bool,
    drain: int = 0,
    kind: str = "plain",
) -> bytes:
    """Simulate a scene in Verilator and return its waveforms in VCD form.

    Parameters
    ----------
    verilog : str
        Text of the design.
    module : str
        Name of its top module.
    steps : sequence of mappings
        Values of the inputs, by name, for each step of 10 ns.
    build_dir : Path
        Folder for all that is written.
    clocked : bool
        Whether the design has ports ``clk`` and ``rst``; a step is then one clock.
    drain : int
        Clocks to wait after the last step.
    kind : str
        How a step is given: ``plain``, one after the other; ``handshake``, with ``start``, and the
        next when ``valid`` comes; ``stream``, as AXI4-Streams with random pauses at all ends.

    Raises
    ------
    BenchError
        If the design does not build or the scene does not end.
    ToolError
        If Verilator is missing.
    """
    result = run_job(
        "verilator",
        verilog,
        module,
        "tb_scene",
        build_dir,
        {"steps": list(steps), "clocked": clocked, "drain": drain, "kind": kind},
        waves=True,
    )
    assert result.waves is not None
    # A date would make two runs differ, and readers differ on what a name with a $ means.
    lines = result.waves.read_bytes().replace(b" $rootio ", b" ports ").split(b"\n")
    return b"\n".join(line for line in lines if not line.startswith(b"$date"))


def find_vcd2fst() -> str:
    """Return the program that turns VCD into FST.

    Raises
    ------
    ToolError
        If it is missing.
    """
    return find_program("Converter vcd2fst", "vcd2fst", package="gtkwave")


def to_fst(waves: bytes, folder: Path) -> bytes:
    """Return waveforms in FST form, a small part of the size of VCD.

    Parameters
    ----------
    waves : bytes
        Waveforms in VCD form.
    folder : Path
        Folder for all that is written.

    Raises
    ------
    ToolError
        If GTKWave's converter is missing.
    """
    program = find_vcd2fst()
    folder.mkdir(parents=True, exist_ok=True)
    dump, converted = folder / "scene.vcd", folder / "scene.fst"
    dump.write_bytes(waves)
    done = subprocess.run(
        [program, str(dump), str(converted)], capture_output=True, text=True, check=False
    )
    if done.returncode or not converted.is_file():
        raise ToolError(f"Converter vcd2fst failed: {done.stderr.strip()}")
    return converted.read_bytes()


def read_signals(waves: bytes) -> list[Signal]:
    """Return the signals of a VCD file, in its order; the first scope is the simulator's."""
    signals = []
    scopes: list[str] = []
    for token in tokenize(io.BytesIO(waves)):
        if token.kind is TokenKind.SCOPE:
            scopes.append(token.scope.ident)
        elif token.kind is TokenKind.UPSCOPE:
            scopes.pop()
        elif token.kind is TokenKind.VAR:
            index = token.var.bit_index
            low = index[1] if isinstance(index, tuple) else index or 0
            signals.append(Signal((*scopes, token.var.reference), token.var.size, low))
        elif token.kind is TokenKind.ENDDEFINITIONS:
            break
    return signals


def filter_text(fmt: Format) -> str:
    """Return a translate filter of GTKWave: the value of each code of a format, by its code."""
    digits = (fmt.width + 3) // 4
    lines = []
    for code in range(1 << fmt.width):
        names = dict.fromkeys((f"{code:0{digits}X}", f"{code:0{digits}x}"))
        lines += [f"{name} {describe(fmt, code)}" for name in names]
    return "\n".join(lines) + "\n"


def save_text(
    signals: Sequence[Signal],
    dump_name: str,
    top: str,
    formats: Mapping[str, Format],
    filters: Mapping[str, str],
    *,
    zoom: int = 15,
) -> str:
    """Return a GTKWave save file.

    Parameters
    ----------
    signals : sequence of Signal
        Signals of the waveform file.
    dump_name : str
        Name of the waveform file, beside which the save file is kept.
    top : str
        Name of the top module.
    formats : mapping
        Format of each port of the top module that carries codes.
    filters : mapping
        Name of the filter file of each format, by the format's name.
    zoom : int
        How much time is seen at once: twice as much for 1 more.
    """
    text = io.StringIO()
    text.name = ""  # asked for, but only of files on disk
    save = GTKWSave(text)
    save.dumpfile(dump_name, abspath=False)
    save.timestart(0)
    save.size(1400, 900)
    save.sst_expanded(False)
    save.zoom_markers(-float(zoom), 0)
    save.signals_width(260)
    tree = _tree([signal for signal in signals if top in signal.path], top)
    # The simulator has a scope of its own with nothing but the ports; without it, all are shown.
    ports = {signal.path[-1] for signal in signals if signal.path[0] == _PORTS}
    inside = [signal for signal in tree.signals if ports and signal.path[-1] not in ports]
    for signal in tree.signals:
        if signal not in inside:
            _trace(save, signal, formats, filters)
    membranes = sorted(
        _membranes(tree),
        key=lambda entry: [
            (0, int(part), "") if part.isdigit() else (1, 0, part)
            for part in re.split(r"(\d+)", entry[0])
            if part
        ],
    )
    if membranes:
        with save.group("membranes", closed=False):
            for name, membrane, spike, kind in membranes:
                _curve(save, membrane, name, kind)
                save.trace(_full_name(spike), alias=f"{name}: spike", datafmt="bin")
    if inside:
        with save.group("inside", closed=True):
            for signal in inside:
                _trace(save, signal, formats, filters)
    for name, child in tree.children.items():
        _group(save, name, child)
    return text.getvalue()


def _tree(signals: Sequence[Signal], top: str) -> _Node:
    root = _Node([], {})
    for signal in signals:
        node = root
        for scope in signal.path[signal.path.index(top) + 1 : -1]:
            node = node.children.setdefault(scope, _Node([], {}))
        node.signals.append(signal)
    return root


def _full_name(signal: Signal) -> str:
    high = signal.low + signal.width - 1
    suffix = f"[{high}:{signal.low}]" if signal.width > 1 else ""
    return ".".join(signal.path) + suffix


def _trace(
    save: GTKWSave, signal: Signal, formats: Mapping[str, Format], filters: Mapping[str, str]
) -> None:
    """Show one signal: a code as a number, a membrane as a curve, anything else plainly."""
    name = signal.path[-1]
    fmt = formats.get(name)
    if fmt is not None and fmt.name in filters and signal.width == fmt.width:
        save.trace(
            _full_name(signal),
            alias=f"{name} ({fmt.name})",
            datafmt="hex",
            translate_filter_file=filters[fmt.name],
        )
        save.trace(_full_name(signal), alias=f"{name} (code)", datafmt="hex")
    elif name.startswith("membrane") and signal.width > 1:
        _curve(save, signal)
    else:
        save.trace(_full_name(signal), datafmt="hex" if signal.width > 1 else "bin")


def _curve(save: GTKWSave, signal: Signal, alias: str | None = None, kind: str = "signed") -> None:
    """Show a membrane as a curve."""
    save.trace(_full_name(signal), alias=alias, datafmt=kind, extraflags=GTKWFlag.analog_step)
    for _ in range(3):
        save.blank(analog_extend=True)


def _membranes(node: _Node) -> Iterator[tuple[str, Signal, Signal, str]]:
    """Yield the neurons that keep a membrane: names, membranes, spikes, and kind of number."""
    for name, child in node.children.items():
        signals = {signal.path[-1]: signal for signal in child.signals}
        if "membrane" in signals and "spike" in signals:
            # One with a threshold that changes is never below zero.
            kind = "dec" if "threshold" in signals else "signed"
            yield name.removesuffix("_cell"), signals["membrane"], signals["spike"], kind
        yield from _membranes(child)


def _group(save: GTKWSave, name: str, node: _Node) -> None:
    """Show one scope as a closed group: its words and spikes, then its parts."""
    # A neuron has nothing to show beyond its spike, which its scope shows already, and its
    # membrane; a delay line has nothing beyond what goes in and comes out.
    names = {signal.path[-1] for signal in node.signals}
    if names <= {"clk", "rst", "x", "spike", "fires"} or {"membrane", "spike", "x"} <= names:
        return
    if "LENGTH" in names:
        return
    with save.group(name, closed=True):
        for signal in node.signals:
            _trace(save, signal, {}, {})
        for child_name, child in node.children.items():
            _group(save, child_name, child)
