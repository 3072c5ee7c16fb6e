# SPDX-License-Identifier: Apache-2.0
"""Cutting a design, and the time in which it is driven, out of the waveforms of a bench."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from spikefloat.rtl_gen.errors import InputError
from spikefloat.sim.benches.dut import Clip

__all__ = ["cut_waves"]

#: Scopes in which a bench has its first design.
_SCOPES = ("d0", "lane")

#: What the names of its modules begin with there.
_PREFIX = re.compile(r"(?<![\w$])d0_")

#: Units of a nanosecond, by what a file may be counted in.
_UNITS = {"ns": 1, "ps": 1_000, "fs": 1_000_000}


@dataclass
class _Header:
    """What stands before the values."""

    lines: list[str] = field(default_factory=list)  #: Scopes and signals of the design.
    codes: set[bytes] = field(default_factory=set)  #: Of these signals.
    unit: str = "ps"  #: In which time is counted.


def cut_waves(clip: Clip, name: str) -> bytes:
    """Return the waveforms of the first design of a bench, in VCD form, from time 0 on.

    The same run gives the same bytes: there is no date, and no program is named.

    Parameters
    ----------
    clip : Clip
        Waveforms of the bench, and the part of them to take.
    name : str
        What the scope of the design is to be called.

    Raises
    ------
    InputError
        If the waveforms are not those of a bench.
    """
    lines = iter(clip.path.read_bytes().split(b"\n"))
    header = _read_header(lines, name)
    start, stop = (round(time * _UNITS[header.unit]) for time in (clip.start, clip.stop))
    values: dict[bytes, bytes] = {}
    body: list[bytes] = []
    now, is_inside = 0, False
    for line in lines:
        if line[:1] == b"#":
            now = int(line[1:])
            if now > stop:
                break
            if now >= start and not is_inside:
                is_inside = True
                body += [b"#0", *values.values()]
            if now > start:
                body.append(b"#%d" % (now - start))
        elif line[:1] in (b"b", b"r", b"0", b"1", b"x", b"z"):
            code = line.rpartition(b" ")[2] if line[:1] in (b"b", b"r") else line[1:]
            if code not in header.codes:
                continue
            if is_inside:
                body.append(line)
            else:
                values[code] = line
    if not is_inside:
        body += [b"#0", *values.values()]
    head = [f"$timescale 1{header.unit} $end", *header.lines, "$enddefinitions $end", ""]
    return "\n".join(head).encode() + b"\n".join(
        [*_without_gaps(body), b"#%d" % (stop - start), b""]
    )


def _read_header(lines: Iterator[bytes], name: str) -> _Header:
    """Read up to the values, and return what there is of the first design."""
    header = _Header()
    depth = 0  # of scopes within that of the design, itself included
    for words in _definitions(lines):
        match words:
            case ["$timescale", *size]:
                header.unit = "".join(size).lstrip("1")
            case ["$scope", kind, scope] if depth or scope in _SCOPES and not header.lines:
                own = _PREFIX.sub("", scope) if depth else name
                header.lines.append(f"$scope {kind} {own} $end")
                depth += 1
            case ["$upscope"] if depth:
                header.lines.append("$upscope $end")
                depth -= 1
            case ["$var", kind, width, code, *reference] if depth:
                signal = _PREFIX.sub("", " ".join(reference))
                header.lines.append(f"$var {kind} {width} {code} {signal} $end")
                header.codes.add(code.encode())
    if not header.lines:
        raise InputError(f"Waveforms of {name} must be those of a bench, which has a design")
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


def _without_gaps(body: list[bytes]) -> Iterator[bytes]:
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
