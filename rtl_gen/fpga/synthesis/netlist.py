# SPDX-License-Identifier: Apache-2.0
"""Counting the cells of a netlist that Yosys wrote, and its depth in lookup tables."""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

from spikefloat.rtl_gen.fpga.families import Target
from spikefloat.rtl_gen.tools import SynthesisError

__all__ = ["Counts", "count_cells"]

#: Cells that carry no signal: constants, and what Yosys notes for itself.
_NOTHING = re.compile(r"GND|VCC|GSR|\$scopeinfo|\$print|\$check")

#: How Yosys denotes a net: a number, or a constant as text.
Net = int | str


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Cells of a netlist."""

    lut: int  #: Lookup tables, gates or standard cells but registers: the target's logic.
    depth: int  #: Most of them on a path between registers, or from or to a port.
    carry: int  #: Cells of carry chains.
    ff: int  #: Flip-flops.
    bram: int  #: Block RAMs.
    lutram: int = 0  #: Memories made of lookup tables.
    has_path: bool = True  #: Whether anything but wires is between the ports.
    area: float | None = None  #: Of all standard cells, in the unit of their library.
    path_ns: float | None = None  #: Delay of the worst path through standard cells.


def count_cells(
    netlist: dict[str, Any],
    module: str,
    target: Target,
    *,
    area: float | None = None,
    path_ns: float | None = None,
) -> Counts:
    """Return the counts of a flat module of a netlist in Yosys' JSON.

    Parameters
    ----------
    netlist : dict
        The netlist.
    module : str
        Name of the module.
    target : Target
        What it was synthesized for.
    area, path_ns : float, optional
        What other reports say of standard cells.

    Raises
    ------
    SynthesisError
        If the module is missing, or has a combinational loop.
    """
    try:
        cells = netlist["modules"][module]["cells"]
    except KeyError:
        raise SynthesisError(f"No module named {module!r} in the netlist") from None
    kinds = {name: target.kind(cell["type"]) for name, cell in cells.items()}
    number = Counter(kinds.values())
    return Counts(
        lut=number["lut"],
        depth=_depth(cells, kinds, module),
        carry=number["carry"],
        ff=number["ff"],
        bram=number["bram"],
        lutram=number["lutram"],
        has_path=any(
            kinds[name] != "wire" and not _NOTHING.fullmatch(cell["type"])
            for name, cell in cells.items()
        ),
        area=area,
        path_ns=path_ns,
    )


def _depth(cells: dict[str, Any], kinds: dict[str, str], module: str) -> int:
    """Return the longest path, where a lookup table is one level and other cells are none.

    A memory made of tables is one, too, from its address for reading; writing is clocked.
    """
    readers: dict[Net, list[str]] = defaultdict(list)
    drives: dict[str, list[Net]] = {}
    waiting: dict[str, int] = {}
    drivers: dict[Net, str] = {}
    for name, cell in cells.items():
        if kinds[name] not in ("lut", "carry", "lutram", "wire"):
            continue
        directions = cell["port_directions"]
        drives[name] = [
            net
            for port, nets in cell["connections"].items()
            if directions[port] == "output"
            for net in nets
        ]
        drivers |= dict.fromkeys(drives[name], name)
    for name in drives:
        cell = cells[name]
        sources = {
            net
            for port, nets in cell["connections"].items()
            if cell["port_directions"][port] == "input"
            and (kinds[name] != "lutram" or port.startswith("RAD"))
            for net in nets
            if net in drivers
        }
        waiting[name] = len(sources)
        for net in sources:
            readers[net].append(name)
    level: dict[str, int] = dict.fromkeys(drives, 0)
    ready = [name for name, missing in waiting.items() if not missing]
    deepest, done = 0, 0
    while ready:
        name = ready.pop()
        done += 1
        level[name] += kinds[name] in ("lut", "lutram")
        deepest = max(deepest, level[name])
        for net in drives[name]:
            for reader in readers[net]:
                level[reader] = max(level[reader], level[name])
                waiting[reader] -= 1
                if not waiting[reader]:
                    ready.append(reader)
    if done < len(drives):
        raise SynthesisError(f"Module {module} must be without combinational loops")
    return deepest
