# SPDX-License-Identifier: Apache-2.0
"""Cutting a design, and the time in which it is driven, out of the waveforms of a bench."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from spikefloat.rtl_gen.errors import InputError
from spikefloat.sim.benches.dut import Clip, Port

__all__ = ["NUMBERS", "VALID", "Cut", "cut_waves"]

#: Scope of what is added: each number of a port that has several, and when results are valid.
NUMBERS, VALID = "numbers", "result_valid"

#: Scopes in which a bench has its first design.
_SCOPES = ("d0", "lane")

#: What the names of its modules begin with there.
_PREFIX = re.compile(r"(?<![\w$])d0_")

#: Units of a nanosecond, by what a file may be counted in.
_UNITS = {"ns": 1, "ps": 1_000, "fs": 1_000_000}


@dataclass(frozen=True, kw_only=True)
class Cut:
    """What is taken from the waveforms of a bench, and what is added."""

    clip: Clip
    name: str  #: What the scope of the design is to be called.
    #: Ports with several numbers, by the name of their signal; each number gets a signal.
    ports: Mapping[str, Port] = field(default_factory=dict)
    #: What a membrane must reach, by the name of its scope; it gets a signal beside it.
    levels: Mapping[str, int] = field(default_factory=dict)
    valid: float | None = None  #: Nanoseconds from the start to the first result; None for no mark.


@dataclass
class _Header:
    """What stands before the values."""

    lines: list[str] = field(default_factory=list)  #: Scopes and signals of the design.
    #: Codes of these signals, each with the codes and widths of the numbers that it has.
    codes: dict[bytes, list[tuple[bytes, int]]] = field(default_factory=dict)
    constants: list[bytes] = field(default_factory=list)  #: Values of what is added and stays.
    unit: str = "ps"  #: In which time is counted.
    added: int = 0

    def add(self, name: str, width: int) -> bytes:
        """Add a signal, and return its code."""
        code = f"added{self.added}"
        self.added += 1
        size = f" [{width - 1}:0]" if width > 1 else ""
        self.lines.append(f"$var wire {width} {code} {name}{size} $end")
        return code.encode()


def cut_waves(cut: Cut) -> bytes:
    """Return the waveforms of the first design of a bench, in VCD form, from time 0 on.

    The same run gives the same bytes: there is no date, and no program is named.

    Raises
    ------
    InputError
        If the waveforms are not those of a bench.
    """
    lines = iter(cut.clip.path.read_bytes().split(b"\n"))
    header = _read_header(lines, cut)
    scale = _UNITS[header.unit]
    start, stop = (round(time * scale) for time in (cut.clip.start, cut.clip.stop))
    marks: list[tuple[int, bytes]] = []
    if cut.valid is not None:
        code = header.add(VALID, 1)
        header.constants.append(b"0" + code)
        marks = [(start + round(cut.valid * scale), b"1" + code)]
    # The scope of what is added is the last of the design.
    header.lines += ["$upscope $end", "$upscope $end"]
    text = [f"$timescale 1{header.unit} $end", *header.lines, "$enddefinitions $end", ""]
    body = _body(lines, header, start, stop, marks)
    return "\n".join(text).encode() + b"\n".join(
        [*_without_gaps(body), b"#%d" % (stop - start), b""]
    )


def _body(
    lines: Iterator[bytes], header: _Header, start: int, stop: int, marks: list[tuple[int, bytes]]
) -> Iterator[bytes]:
    """Yield times from 0 and values, those of the start first."""
    values: dict[bytes, list[bytes]] = {}
    now, is_inside = 0, False
    for line in lines:
        if line[:1] == b"#":
            now = int(line[1:])
            if now > stop:
                break
            if now >= start and not is_inside:
                is_inside = True
                yield from _first(values, header)
            while marks and marks[0][0] <= now and is_inside:
                time, value = marks.pop(0)
                yield from (b"#%d" % (time - start), value)
            if now > start:
                yield b"#%d" % (now - start)
        elif line[:1] in (b"b", b"r", b"0", b"1", b"x", b"z"):
            code = line.rpartition(b" ")[2] if line[:1] in (b"b", b"r") else line[1:]
            if code not in header.codes:
                continue
            own = [line, *_parts(line, header.codes[code])]
            if is_inside:
                yield from own
            else:
                values[code] = own
    if not is_inside:
        yield from _first(values, header)


def _first(values: Mapping[bytes, list[bytes]], header: _Header) -> Iterator[bytes]:
    yield b"#0"
    yield from header.constants
    for own in values.values():
        yield from own


def _parts(line: bytes, parts: list[tuple[bytes, int]]) -> Iterator[bytes]:
    """Yield the numbers of a word, the first in its lowest bits."""
    if not parts:
        return
    bits = line.partition(b" ")[0][1:]
    bits = bits.rjust(sum(width for _, width in parts), b"0" if bits[:1] == b"1" else bits[:1])
    end = len(bits)
    for code, width in parts:
        yield b"b%s %s" % (bits[end - width : end], code)
        end -= width


def _read_header(lines: Iterator[bytes], cut: Cut) -> _Header:
    """Read up to the values, and return what there is of the first design, its scope still open."""
    header = _Header()
    scopes: list[str] = []  # within that of the design, itself included
    words: dict[str, bytes] = {}  # codes of the ports with several numbers
    for definition in _definitions(lines):
        match definition:
            case ["$timescale", *size]:
                header.unit = "".join(size).lstrip("1")
            case ["$scope", kind, scope] if scopes or scope in _SCOPES and not header.lines:
                scopes.append(_PREFIX.sub("", scope) if scopes else cut.name)
                header.lines.append(f"$scope {kind} {scopes[-1]} $end")
            case ["$upscope"] if scopes:
                scopes.pop()
                if scopes:
                    header.lines.append("$upscope $end")
            case ["$var", kind, width, code, *reference] if scopes:
                signal = _PREFIX.sub("", " ".join(reference))
                header.lines.append(f"$var {kind} {width} {code} {signal} $end")
                header.codes.setdefault(code.encode(), [])
                name = signal.partition(" ")[0]
                if name == "membrane" and scopes[-1] in cut.levels:
                    level = header.add("threshold", int(width))
                    value = cut.levels[scopes[-1]] & (1 << int(width)) - 1
                    header.constants.append(b"b%s %s" % (f"{value:b}".encode(), level))
                if len(scopes) == 1 and name in cut.ports:
                    words[name] = code.encode()
    if not header.lines:
        raise InputError(f"Waveforms of {cut.name} must be those of a bench, which has a design")
    header.lines.append(f"$scope module {NUMBERS} $end")
    for name, word in words.items():
        port = cut.ports[name]
        header.codes[word] = [
            (header.add(f"{name}_{place}", port.width), port.width) for place in range(port.count)
        ]
    return header


def _definitions(lines: Iterator[bytes]) -> Iterator[list[str]]:
    """Yield the words of each definition, without its end."""
    words: list[str] = []
    for line in lines:
        for word in line.decode("ascii", "replace").split():
            if word != "$end":
                words.append(word)
                continue
            if words[0] == "$enddefinitions":
                return
            yield words
            words = []


def _without_gaps(body: Iterator[bytes]) -> Iterator[bytes]:
    """Yield lines, but no time at which nothing changes."""
    waiting = None
    for line in body:
        if line[:1] == b"#":
            waiting = line
            continue
        if waiting is not None:
            yield waiting
            waiting = None
        yield line
