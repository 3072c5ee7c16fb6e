# SPDX-License-Identifier: Apache-2.0
"""Waveforms of a short scene, and a GTKWave save file that makes them readable.

Buses that carry codes are shown as numbers through a translate filter, membranes as analog traces,
and everything is grouped as the circuit is.
"""

import io
import re
import subprocess
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from vcd.gtkw import GTKWFlag, GTKWSave
from vcd.reader import TokenKind, tokenize

from spikefloat.rtl_gen.formats import Format
from spikefloat.sim.exchange.vcd import NUMBERS, VALID
from spikefloat.sim.golden.arithmetic import describe
from spikefloat.sim.simulators.find import ToolError, find_program

__all__ = [
    "MAX_FILTER_WIDTH",
    "Signal",
    "filter_text",
    "find_vcd2fst",
    "read_signals",
    "save_text",
    "to_fst",
]

#: Filters of wider formats would be too long to load.
MAX_FILTER_WIDTH = 16


@dataclass(frozen=True)
class Signal:
    """A signal of a waveform file."""

    path: tuple[str, ...]  #: Scopes and name.
    width: int
    low: int = 0  #: Number of its lowest bit.


class _Node(NamedTuple):
    signals: list[Signal]
    children: "dict[str, _Node]"


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
    ports: Collection[str],
    folder: Path,
    zoom: int = 15,
    order: Sequence[str] = (),
    valid: float | None = None,
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
    ports : collection of str
        Names of the ports of the top module; other signals of it are shown as what is inside.
    folder : Path
        Where the files are to be. They are named with it, so that it does not matter where GTKWave
        is started.
    zoom : int
        How much time is seen at once: twice as much for 1 more.
    order : sequence of str
        Names of instances in the order of the data; groups and membranes follow it.
    valid : float, optional
        Nanoseconds to the first result, where the marker is put.
    """
    text = io.StringIO()
    text.name = ""  # asked for, but only of files on disk
    save = GTKWSave(text)
    save.dumpfile(str(folder / dump_name), abspath=False)
    filters = {name: str(folder / file) for name, file in filters.items()}
    save.timestart(0)
    save.size(1400, 900)
    save.sst_expanded(False)
    save.zoom_markers(-float(zoom), -1 if valid is None else round(valid * 1000))
    save.signals_width(260)
    places = {name: place for place, name in reversed(list(enumerate(order)))}
    tree = _sorted(_tree([signal for signal in signals if top in signal.path], top), places)
    numbers = tree.children.pop(NUMBERS, _Node([], {})).signals
    for signal in tree.signals:
        if signal.path[-1] not in ports:
            continue
        _trace(save, signal, formats, filters)
        for number in numbers:
            if number.path[-1].rpartition("_")[0] == signal.path[-1]:
                _number(save, number, formats.get(signal.path[-1]), filters)
    for signal in numbers:
        if signal.path[-1] == VALID:
            save.trace(_full_name(signal), datafmt="bin")
    membranes = list(_membranes(tree))
    if membranes:
        with save.group("membranes", closed=False):
            for name, own in membranes:
                # A threshold that changes is wider than its membrane, which is never below zero.
                threshold = own.get("threshold", own["membrane"])
                kind = "signed" if threshold.width == own["membrane"].width else "dec"
                _curve(save, own["membrane"], name, kind)
                if "threshold" in own:
                    _curve(save, threshold, f"{name}: threshold", kind)
                save.trace(_full_name(own["spike"]), alias=f"{name}: spike", datafmt="bin")
    inside = [signal for signal in tree.signals if signal.path[-1] not in ports]
    if inside:
        with save.group("inside", closed=True):
            for signal in inside:
                _trace(save, signal, formats, filters)
    for name, child in tree.children.items():
        _group(save, name, child)
    return text.getvalue()


def _sorted(node: _Node, places: Mapping[str, int]) -> _Node:
    """Return a scope with its parts in the order of the data, those of no place by their names."""

    def key(name: str) -> list[tuple[int, int, str]]:
        parts = [part for part in re.split(r"(\d+)", name) if part]
        words = [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts]
        return [(places.get(name, len(places)), 0, ""), *words]

    return _Node(
        node.signals,
        {name: _sorted(node.children[name], places) for name in sorted(node.children, key=key)},
    )


def _number(save: GTKWSave, signal: Signal, fmt: Format | None, filters: Mapping[str, str]) -> None:
    """Show one of several numbers of a port."""
    place = signal.path[-1].rpartition("_")
    name = f"{place[0]}[{place[2]}]"
    if fmt is None or fmt.name not in filters:
        save.trace(_full_name(signal), alias=name, datafmt="hex")
        return
    save.trace(
        _full_name(signal),
        alias=f"{name} ({fmt.name})",
        datafmt="hex",
        translate_filter_file=filters[fmt.name],
    )


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
    elif name in ("membrane", "threshold") and signal.width > 1:
        _curve(save, signal)
    else:
        save.trace(_full_name(signal), datafmt="hex" if signal.width > 1 else "bin")


def _curve(save: GTKWSave, signal: Signal, alias: str | None = None, kind: str = "signed") -> None:
    """Show a membrane, or what it must reach, as a curve."""
    save.trace(_full_name(signal), alias=alias, datafmt=kind, extraflags=GTKWFlag.analog_step)
    for _ in range(3):
        save.blank(analog_extend=True)


def _membranes(node: _Node) -> Iterator[tuple[str, dict[str, Signal]]]:
    """Yield the neurons that keep a membrane, by name, with their signals."""
    for name, child in node.children.items():
        signals = {signal.path[-1]: signal for signal in child.signals}
        if "membrane" in signals and "spike" in signals:
            yield name.removesuffix("_cell"), signals
        for inner, own in _membranes(child):
            yield f"{name}.{inner}", own


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
