# SPDX-License-Identifier: Apache-2.0
"""From the top module of a board to a bitstream, with tools that come from PyPI."""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from spikefloat.rtl_gen.files import temporary_folder
from spikefloat.rtl_gen.fpga.boards.board import Board
from spikefloat.rtl_gen.fpga.families import FAMILIES, LARGE, BitstreamFlow, Family, Target
from spikefloat.rtl_gen.fpga.synthesis.targets import YOSYS, mapping_commands
from spikefloat.rtl_gen.tools import (
    SynthesisError,
    ToolFailure,
    run_tool,
    tool_version,
)

__all__ = ["Bitstream", "find_family", "make_bitstream"]


@dataclass(frozen=True, kw_only=True)
class Bitstream:
    """A bitstream, and what the tools said of it."""

    data: bytes
    suffix: str
    clock_mhz: float  #: What the board has, behind its pins.
    fmax_mhz: float  #: What place and route has reached, of the slowest clock.
    used: dict[str, int]  #: Cells of the device that are used, by kind.
    available: dict[str, int]  #: Cells that it has.
    tools: dict[str, str]  #: Version of each tool, by package.

    @property
    def is_fast_enough(self) -> bool:
        """Whether timing is closed at the clock of the board."""
        return self.fmax_mhz >= self.clock_mhz

    def as_dict(self) -> dict[str, Any]:
        """Return all fields but the data, for JSON."""
        return {
            "bytes": len(self.data),
            **{key: value for key, value in asdict(self).items() if key != "data"},
        }


def find_family(board: Board) -> tuple[Family, Target, BitstreamFlow]:
    """Return the family of a board, how it is synthesized, and how its bitstreams are made.

    Raises
    ------
    SynthesisError
        If that is not known.
    """
    family = FAMILIES[board.family]
    if family.target is None or family.bitstream is None:
        able = ", ".join(each.name for each in FAMILIES.values() if each.bitstream)
        raise SynthesisError(
            f"Family of a board must be one of {able} for a bitstream, not {board.family!r}"
        )
    return family, family.target, family.bitstream


def make_bitstream(
    board: Board,
    verilog: str,
    constraints: Mapping[str, str],
    *,
    seed: int = 1,
    is_large: bool = False,
    progress: Callable[[str], None] | None = None,
) -> Bitstream:
    """Synthesize, place, route and pack the top module of a board.

    Nothing is refused for being too slow: :attr:`Bitstream.is_fast_enough` tells.

    Parameters
    ----------
    board : Board
        The board.
    verilog : str
        Text of a self-contained file with the module ``top``.
    constraints : mapping of str to str
        Text of each constraint file, by name.
    seed : int
        Seed of the placer.
    is_large : bool
        Whether there are tens of thousands of neurons, which Yosys does not take unless they
        are made into gates first.
    progress : callable, optional
        Called with a few words before each step.

    Raises
    ------
    SynthesisError
        If a tool is missing or fails, or none is known for the board.
    """
    family, target, flow = find_family(board)
    options_of = dict(family.constraints)
    tell = progress or (lambda step: None)
    tools = {
        package: tool_version(package) for package in (YOSYS, flow.router.package, flow.packer)
    }
    with temporary_folder() as folder:
        (folder / "top.v").write_text(verilog, encoding="utf-8")
        options = []
        for name, text in constraints.items():
            (folder / name).write_text(text, encoding="utf-8")
            options += options_of[Path(name).suffix].format(name).split()
        tell(f"synthesizing for {board.title}")
        steps = f"{LARGE.format(top='top') if is_large else ''}{mapping_commands(target, 'top', verilog)}"
        script = f"read_verilog top.v; {steps}; write_json design.json"
        run_tool(YOSYS, ["-q", "-p", script], folder)
        tell(f"placing and routing for {board.title}")
        run_tool(
            flow.router.package,
            [
                *flow.router.select(board.device, board.package),
                flow.output,
                "routed",
                *options,
                "--json",
                "design.json",
                "--report",
                "report.json",
                "--freq",
                f"{board.clock_frequency / 1e6:g}",
                "--seed",
                str(seed),
                "--timing-allow-fail",
                "-q",
            ],
            folder,
        )
        tell(f"packing for {board.title}")
        _pack(flow, folder)
        report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
        data = (folder / "bitstream").read_bytes()
    used = {name: cells for name, cells in report["utilization"].items() if cells["used"]}
    return Bitstream(
        data=data,
        suffix=flow.suffix,
        clock_mhz=board.clock_frequency / 1e6,
        fmax_mhz=round(min(clock["achieved"] for clock in report["fmax"].values()), 2),
        used={name: cells["used"] for name, cells in used.items()},
        available={name: cells["available"] for name, cells in used.items()},
        tools=tools,
    )


def _pack(flow: BitstreamFlow, folder: Path) -> None:
    if flow.packer.startswith("yowasp-"):
        run_tool(flow.packer, flow.arguments, folder, program=flow.program)
        return
    done = subprocess.run(
        [sys.executable, "-m", flow.program, *flow.arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ToolFailure(flow.packer, done.stdout + done.stderr)
