# SPDX-License-Identifier: Apache-2.0
"""Clocked cells, encoders and decoders with the golden models that verify them."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from spikefloat.rtl_gen.checks.plan import checked_source
from spikefloat.rtl_gen.designs.cells import CellInstance
from spikefloat.rtl_gen.designs.labels import labels
from spikefloat.rtl_gen.rtl.cells.cell_parameters import CellParameters
from spikefloat.rtl_gen.rtl.cells.codec_parameters import CodecParameters
from spikefloat.sim.benches.bench import verify
from spikefloat.sim.benches.cells import CellDesign, cell_checks
from spikefloat.sim.benches.codecs import CodecDesign, decoder_check, encoder_check
from spikefloat.sim.benches.dut import Check, Outcome

__all__ = ["check_cells"]


def check_cells(
    instances: Sequence[CellInstance],
    simulator: str,
    folder: Path,
    random_cases: int,
    *,
    gate_level: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> list[dict[str, Any]]:
    """Check cells in one simulator, and return a row for each.

    Parameters
    ----------
    instances : sequence of CellInstance
        What to check.
    simulator : str
        Name of the simulator.
    folder : Path
        Folder for what the simulator builds.
    random_cases : int
        Random numbers where not all can be tried.
    gate_level : str, optional
        Target whose netlist is checked instead of the Verilog.
    progress : callable, optional
        Called with a few words at the start of each step.

    Raises
    ------
    BenchError
        If the simulation cannot be built, or breaks off.
    """
    # All are in one build: those that differ by their parameters only need names of their own.
    counts = Counter(one.name for one in instances)
    named = [
        replace(one, module=f"{one.name}_{place}") if counts[one.name] > 1 else one
        for place, one in enumerate(instances)
    ]
    of_cells = iter(
        cell_checks(
            [
                CellDesign(
                    name=one.name,
                    verilog=checked_source(gate_level, one.verilog, one.name),
                    module=one.name,
                    parameters=one.parameters.as_dict(),
                )
                for one in named
                if isinstance(one.parameters, CellParameters)
            ]
        )
    )
    # Icarus would take hours for every number.
    sample = random_cases if simulator == "icarus" else None
    checks = [
        _codec_check(one, one.parameters, sample, gate_level)
        if isinstance(one.parameters, CodecParameters)
        else next(of_cells)
        for one in named
    ]
    outcomes = verify(checks, simulator, folder, progress=progress)
    return [_row(*pair) for pair in zip(instances, outcomes, strict=True)]


def _codec_check(
    codec: CellInstance, p: CodecParameters, sample: int | None, gate_level: str | None
) -> Check:
    design = CodecDesign(
        verilog=checked_source(gate_level, codec.verilog, codec.name),
        module=codec.name,
        latency=codec.latency,
        fmt=p.fmt,
        integer_bits=p.integer_bits,
        fraction_bits=p.fraction_bits,
    )
    if codec.design == "decoder":
        return decoder_check(design)
    return encoder_check(design, p.overflow, sample=sample)


def _row(instance: CellInstance, outcome: Outcome) -> dict[str, Any]:
    bits = sum(port.width for port in outcome.dut.inputs)
    if isinstance(instance.parameters, CellParameters):
        pairs = "random spikes"
    else:
        pairs = "all" if outcome.cases == 1 << bits else "sampled"
    return {
        **labels(instance),
        "hardware": "clocked",
        "pauses": None,
        "simulator": outcome.simulator,
        "cases": outcome.cases,
        "exact": outcome.cases - outcome.mismatches,
        "mismatches": outcome.mismatches,
        "report": outcome.report,
        "pairs": pairs,
    }
