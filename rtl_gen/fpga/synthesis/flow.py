# SPDX-License-Identifier: Apache-2.0
"""From Verilog to figures: cells of the design alone, and its clock between registers."""

import json
import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from spikefloat.rtl_gen.files import temporary_folder
from spikefloat.rtl_gen.fpga.families import SEEDS, Target, Unit
from spikefloat.rtl_gen.fpga.synthesis.cache import Cache
from spikefloat.rtl_gen.fpga.synthesis.harness import HARNESS, harness_verilog
from spikefloat.rtl_gen.fpga.synthesis.liberty import cell_reports, liberty_failure
from spikefloat.rtl_gen.fpga.synthesis.netlist import Counts, count_cells
from spikefloat.rtl_gen.fpga.synthesis.targets import YOSYS, mapping_commands
from spikefloat.rtl_gen.rtl.ports import Port
from spikefloat.rtl_gen.tools import (
    Stop,
    SynthesisError,
    ToolFailure,
    ToolStopped,
    run_tool,
    tool_version,
)

__all__ = ["NO_PATH", "Measurement", "measure", "synthesize", "unmeasured"]

#: What nextpnr is asked for, in MHz: more than any design reaches, so that it does its best.
_GOAL = "500"

#: Note of a design through which no signal goes, so that any clock would be that of the harness.
NO_PATH = "no logic and no register between the ports"

Progress = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """What a design costs on a target; None for what the target does not have."""

    target: str
    device: str
    lut4: int | None = None  #: Tables of up to four inputs.
    lut6: int | None = None  #: Tables of up to six inputs.
    gates: int | None = None  #: Gates of two inputs, inverters not counted.
    cells: int | None = None  #: Standard cells, registers among them.
    lut4_depth: int | None = None  #: Tables on the longest path; carry cells count as none.
    lut6_depth: int | None = None  #: The same for six inputs.
    gates_depth: int | None = None  #: Gates on the longest path.
    cells_depth: int | None = None  #: Standard cells on the longest path.
    carry: int | None = None  #: Cells of carry chains.
    ff: int | None = None  #: Flip-flops, those of the harness not counted.
    bram: int | None = None  #: Block RAMs.
    lutram: int | None = None  #: Memories made of lookup tables, which are not among those.
    area: float | None = None  #: Of all standard cells, in the unit of the library.
    path_ns: float | None = None  #: Worst path through standard cells.
    fmax_mhz: float | None = None  #: Median of the seeds, between registers.
    fmax_seeds: tuple[float, ...] = ()  #: One for each seed.
    note: str | None = None  #: Why there is no figure where there should be one.
    tools: dict[str, str] = field(default_factory=dict)  #: Version of each tool, by package.

    def as_dict(self) -> dict[str, Any]:
        """Return all fields, for JSON."""
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class _Job:
    """A design for a target."""

    text: str
    is_rtlil: bool
    module: str
    harness: str
    target: Target

    def synthesize(self, folder: Path, *, with_harness: bool, stop: Stop | None) -> Counts:
        """Synthesize into ``design.json`` and ``design.v``, and the harness; return the cells."""
        source = "source.il" if self.is_rtlil else "source.v"
        read = f"{'read_rtlil' if self.is_rtlil else 'read_verilog'} {source}"
        (folder / source).write_text(self.text, encoding="utf-8")
        for name, text in self.target.files:
            (folder / name).write_text(text, encoding="utf-8")
        script = [
            read,
            mapping_commands(self.target, self.module, self.text),
            "write_json design.json",
            "write_verilog -noattr design.v",
        ]
        if with_harness:
            (folder / "harness.v").write_text(self.harness, encoding="utf-8")
            script += [
                "design -reset",
                read,
                "read_verilog harness.v",
                mapping_commands(self.target, HARNESS, self.text),
                "write_json harness.json",
            ]
        (folder / "synth.ys").write_text("\n".join(script) + "\n", encoding="utf-8")
        is_library = self.target.unit is Unit.CELLS
        try:
            run_tool(YOSYS, ["-q", "-s", "synth.ys"], folder, stop=stop)
        except ToolFailure as error:
            if is_library:
                raise liberty_failure(error, folder) from error
            raise
        netlist = json.loads((folder / "design.json").read_text(encoding="utf-8"))
        own = cell_reports(netlist, self.module, folder) if is_library else {}
        return count_cells(netlist, self.module, self.target, **own)


def measure(
    verilog: str,
    module: str,
    target: Target,
    *,
    ports: Sequence[Port],
    is_rtlil: bool = False,
    seeds: Sequence[int] = SEEDS,
    cache: Cache | None = None,
    progress: Progress | None = None,
    stop: Stop | None = None,
) -> Measurement:
    """Return the figures of a design on a target.

    Cells are those of the module alone. The clock is that of the module between registers at all of
    its ports, so that pins do not count.

    Parameters
    ----------
    verilog : str
        Text of a self-contained file.
    module : str
        Its top module.
    target : Target
        What to synthesize for.
    ports : sequence of Port
        Those of the module.
    is_rtlil : bool
        Whether the text is in the language that Yosys keeps designs in, not Verilog.
    seeds : sequence of int
        Seeds of the placer; none to leave it out.
    cache : Cache, optional
        Where results are kept; nothing is kept if None.
    progress : callable, optional
        Called with a few words before each step that takes time.
    stop : callable, optional
        Tells whether to end: then the tool that runs is ended, and the seeds so far are the result.

    Raises
    ------
    SynthesisError
        If a tool is missing, or Yosys does not accept the source.
    ToolStopped
        If it was ended before there was any figure.
    """
    cache = cache or Cache(None)
    tell = progress or (lambda step: None)
    tools = {YOSYS: tool_version(YOSYS)}
    router = target.router if seeds else None
    if router is not None:
        tools[router.package] = tool_version(router.package)
    harness = harness_verilog(module, ports)
    job = _Job(text=verilog, is_rtlil=is_rtlil, module=module, harness=harness, target=target)
    key = {**asdict(job), "goal": _GOAL, "tools": tools}
    clocks_of: dict[int, Any] = {seed: cache.find({**key, "seed": seed}) for seed in seeds}
    counts = cache.find({**key, "counts": True})
    is_timed = router is not None and (counts is None or counts["has_path"])
    missing = [seed for seed in seeds if clocks_of[seed] is None] if is_timed else []
    is_ended = False
    if counts is None or missing:
        with temporary_folder() as folder:
            tell(f"synthesizing {module} for {target.name}")
            counts = asdict(job.synthesize(folder, with_harness=bool(missing), stop=stop))
            cache.keep({**key, "counts": True}, counts)
            try:
                for seed in missing if counts["has_path"] else ():
                    tell(f"placing {module} on {target.name}, seed {seed}")
                    clocks_of[seed] = _route(target, folder, seed, stop)
                    cache.keep({**key, "seed": seed}, clocks_of[seed])
            except ToolStopped:
                is_ended = True
    runs = {seed: clocks_of[seed] for seed in seeds if router and clocks_of[seed] is not None}
    return _measurement(target, counts, runs, tools, is_ended=is_ended, is_timed=router is not None)


def _measurement(
    target: Target,
    counts: dict[str, Any],
    runs: dict[int, dict[str, Any]],
    tools: dict[str, str],
    *,
    is_ended: bool,
    is_timed: bool,
) -> Measurement:
    clocks = [run["fmax"] for run in runs.values() if run["fmax"] is not None]
    notes = [run["note"] for run in runs.values() if run["note"] is not None]
    note = notes[0] if notes else None
    if is_timed and not counts["has_path"]:
        note = NO_PATH
    elif is_ended and not notes:
        done = f"seeds {', '.join(map(str, runs))}" if runs else "synthesis"
        note = f"interrupted after {done}"
    unit = target.unit
    logic = counts["lut"] + (counts["ff"] if unit is Unit.CELLS else 0)
    return Measurement(
        target=target.name,
        device=target.device,
        **{unit.value: logic, f"{unit.value}_depth": counts["depth"]},
        carry=counts["carry"] if target.carry else None,
        ff=counts["ff"],
        bram=counts["bram"] if target.bram else None,
        lutram=counts["lutram"] if target.lutram else None,
        area=counts["area"],
        path_ns=counts["path_ns"],
        fmax_mhz=None if notes or not clocks else round(statistics.median(clocks), 2),
        fmax_seeds=tuple(round(clock, 2) for clock in clocks),
        note=note,
        tools=tools,
    )


def unmeasured(target: Target, note: str) -> Measurement:
    """Return a measurement without figures, and why there are none."""
    tools = {YOSYS: tool_version(YOSYS)}
    return Measurement(target=target.name, device=target.device, note=note, tools=tools)


def synthesize(verilog: str, module: str, target: Target, folder: Path) -> Counts:
    """Synthesize a design into ``design.json`` and ``design.v`` of a folder; return its cells.

    Raises
    ------
    SynthesisError
        If Yosys is missing, or does not accept the source.
    """
    job = _Job(text=verilog, is_rtlil=False, module=module, harness="", target=target)
    return job.synthesize(folder, with_harness=False, stop=None)


def _route(target: Target, folder: Path, seed: int, stop: Stop | None) -> dict[str, Any]:
    """Place and route the harness, and return its clock, or why there is none."""
    router = target.router
    if router is None:
        raise SynthesisError(f"Target must be a device, not {target.name!r}")
    try:
        run_tool(
            router.package,
            [
                *router.select(*target.part),
                *target.routing,
                "--json",
                "harness.json",
                "--report",
                "report.json",
                "--freq",
                _GOAL,
                "--timing-allow-fail",
                "--seed",
                str(seed),
                "-q",
            ],
            folder,
            stop=stop,
        )
    except ToolFailure as error:  # the design is too large for the device, as a rule
        return {"fmax": None, "note": f"{router.package}: {error.reason}"}
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    clocks = [clock["achieved"] for clock in report["fmax"].values()]
    return (
        {"fmax": min(clocks), "note": None}
        if clocks
        else {"fmax": None, "note": f"{router.package}: no path between registers"}
    )
