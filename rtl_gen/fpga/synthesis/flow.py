# SPDX-License-Identifier: Apache-2.0
"""From Verilog to figures: cells of the design alone, and its clock between registers."""

import json
import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from spikefloat.rtl_gen.files import temporary_folder
from spikefloat.rtl_gen.fpga.families import Target
from spikefloat.rtl_gen.fpga.synthesis.cache import Cache
from spikefloat.rtl_gen.fpga.synthesis.harness import HARNESS, harness_verilog
from spikefloat.rtl_gen.fpga.synthesis.netlist import Counts, count_cells
from spikefloat.rtl_gen.fpga.synthesis.targets import YOSYS
from spikefloat.rtl_gen.rtl.ports import Port
from spikefloat.rtl_gen.tools import (
    SynthesisError,
    ToolFailure,
    run_tool,
    tool_version,
)

__all__ = ["SEEDS", "Measurement", "measure", "synthesize", "unmeasured"]

#: Seeds of the placer; the median of what they give is told.
SEEDS = (1, 2, 3)

#: What nextpnr is asked for, in MHz: more than any design reaches, so that it does its best.
_GOAL = "500"

Progress = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """What a design costs on a target; None for what the target does not have."""

    target: str
    device: str
    lut4: int | None  #: Tables of up to four inputs.
    lut6: int | None  #: Tables of up to six inputs.
    lut4_depth: int | None  #: Tables on the longest path; carry cells count as none.
    lut6_depth: int | None  #: The same for six inputs.
    carry: int | None  #: Cells of carry chains.
    ff: int | None  #: Flip-flops, those of the harness not counted.
    bram: int | None  #: Block RAMs.
    fmax_mhz: float | None  #: Median of the seeds, between registers.
    fmax_seeds: tuple[float, ...]  #: One for each seed.
    note: str | None  #: Why there is no figure where there should be one.
    tools: dict[str, str]  #: Version of each tool, by package.

    def as_dict(self) -> dict[str, Any]:
        """Return all fields, for JSON."""
        return asdict(self)


def measure(
    verilog: str,
    module: str,
    target: Target,
    *,
    ports: Sequence[Port],
    seeds: Sequence[int] = SEEDS,
    cache: Cache | None = None,
    progress: Progress | None = None,
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
    seeds : sequence of int
        Seeds of the placer; none to leave it out.
    cache : Cache, optional
        Where results are kept; nothing is kept if None.
    progress : callable, optional
        Called with a few words before each step that takes time.

    Raises
    ------
    SynthesisError
        If a tool is missing, or Yosys does not accept the source.
    """
    cache = cache or Cache(None)
    tell = progress or (lambda step: None)
    tools = {YOSYS: tool_version(YOSYS)}
    router = target.router if seeds else None
    if router is not None:
        tools[router.package] = tool_version(router.package)
    harness = harness_verilog(module, ports)
    key = {
        "verilog": verilog,
        "module": module,
        "harness": harness,
        "target": asdict(target),
        "goal": _GOAL,
        "tools": tools,
    }
    clocks_of: dict[int, Any] = {seed: cache.find({**key, "seed": seed}) for seed in seeds}
    counts = cache.find({**key, "counts": True})
    missing = [seed for seed in seeds if clocks_of[seed] is None] if router else []
    if counts is None or missing:
        with temporary_folder() as folder:
            tell(f"synthesizing {module} for {target.name}")
            counts = asdict(_synthesize(verilog, module, harness, target, folder, bool(missing)))
            cache.keep({**key, "counts": True}, counts)
            for seed in missing:
                tell(f"placing {module} on {target.name}, seed {seed}")
                clocks_of[seed] = _route(target, folder, seed)
                cache.keep({**key, "seed": seed}, clocks_of[seed])
    return _measurement(
        target, counts, [clocks_of[seed] for seed in seeds] if router else [], tools
    )


def _measurement(
    target: Target, counts: dict[str, int], runs: list[dict[str, Any]], tools: dict[str, str]
) -> Measurement:
    clocks = [run["fmax"] for run in runs if run["fmax"] is not None]
    notes = [run["note"] for run in runs if run["note"] is not None]
    four = target.lut_inputs == 4
    return Measurement(
        target=target.name,
        device=target.device,
        lut4=counts["lut"] if four else None,
        lut6=None if four else counts["lut"],
        lut4_depth=counts["depth"] if four else None,
        lut6_depth=None if four else counts["depth"],
        carry=counts["carry"] if target.carry else None,
        ff=counts["ff"],
        bram=counts["bram"] if target.bram else None,
        fmax_mhz=None if notes or not clocks else round(statistics.median(clocks), 2),
        fmax_seeds=tuple(round(clock, 2) for clock in clocks),
        note=notes[0] if notes else None,
        tools=tools,
    )


def unmeasured(target: Target, note: str) -> Measurement:
    """Return a measurement without figures, and why there are none."""
    return Measurement(
        target=target.name,
        device=target.device,
        lut4=None,
        lut6=None,
        lut4_depth=None,
        lut6_depth=None,
        carry=None,
        ff=None,
        bram=None,
        fmax_mhz=None,
        fmax_seeds=(),
        note=note,
        tools={YOSYS: tool_version(YOSYS)},
    )


def synthesize(verilog: str, module: str, target: Target, folder: Path) -> Counts:
    """Synthesize a design into ``design.json`` and ``design.v`` of a folder; return its cells.

    Raises
    ------
    SynthesisError
        If Yosys is missing, or does not accept the source.
    """
    return _synthesize(verilog, module, None, target, folder, False)


def _synthesize(
    verilog: str,
    module: str,
    harness: str | None,
    target: Target,
    folder: Path,
    is_routed: bool,
) -> Counts:
    (folder / "source.v").write_text(verilog, encoding="utf-8")
    script = [
        "read_verilog source.v",
        target.synthesis.format(top=module),
        "write_json design.json",
        "write_verilog -noattr design.v",
    ]
    if is_routed and harness is not None:
        (folder / "harness.v").write_text(harness, encoding="utf-8")
        script += [
            "design -reset",
            "read_verilog source.v harness.v",
            target.synthesis.format(top=HARNESS),
            "write_json harness.json",
        ]
    (folder / "synth.ys").write_text("\n".join(script) + "\n", encoding="utf-8")
    run_tool(YOSYS, ["-q", "-s", "synth.ys"], folder)
    netlist = json.loads((folder / "design.json").read_text(encoding="utf-8"))
    return count_cells(netlist, module, target)


def _route(target: Target, folder: Path, seed: int) -> dict[str, Any]:
    """Place and route the harness, and return its clock, or why there is none."""
    router = target.router
    if router is None:
        raise SynthesisError(f"Target must be a device, not {target.name!r}")
    for name, text in target.files:
        (folder / name).write_text(text, encoding="utf-8")
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
