# SPDX-License-Identifier: Apache-2.0
"""What came of a check as a row of a table."""

from typing import Any

from spikefloat.rtl_gen.checks.verifying.plan import Checked, Subject
from spikefloat.rtl_gen.designs.cells import CellInstance
from spikefloat.rtl_gen.designs.header import command_line
from spikefloat.rtl_gen.designs.instance import Instance
from spikefloat.rtl_gen.designs.labels import labels
from spikefloat.rtl_gen.designs.options import Backend, Delays, HardwareOptions, Style
from spikefloat.rtl_gen.designs.saved import SavedCircuit
from spikefloat.rtl_gen.neurons.residue import Residue
from spikefloat.sim.benches.bench import PAUSED
from spikefloat.sim.benches.dut import StreamOutcome

__all__ = ["checked_row", "planned_rows", "reference_of"]


def reference_of(subject: Subject) -> str:
    """Return what results are compared with."""
    return "its own simulation" if isinstance(subject, SavedCircuit) else "golden model"


def planned_rows(subject: Subject, pairs: str, simulator: str) -> list[dict[str, Any]]:
    """Return the rows of a subject in a simulator as far as they are known before the check."""
    known = {
        **labels(subject),
        "reference": reference_of(subject),
        "hardware": _hardware_words(subject),
        "pauses": None,
        "simulator": simulator,
        "pairs": pairs,
    }
    if isinstance(subject, CellInstance) or not (
        subject.hardware.is_stream or subject.has_own_streams
    ):
        return [known]
    return [{**known, "pauses": str(pauses)} for pauses in PAUSED]


def checked_row(checked: Checked) -> dict[str, Any]:
    """Return what came of a subject as a row of a table."""
    subject, pairs, outcome, _ = checked
    return {
        **planned_rows(subject, pairs, outcome.simulator)[0],
        "pauses": str(outcome.pauses) if isinstance(outcome, StreamOutcome) else None,
        "cases": outcome.cases,
        "exact": max(outcome.cases - outcome.mismatches, 0),
        "mismatches": outcome.mismatches,
        "seconds": round(outcome.seconds, 3),
        "report": outcome.report,
        "command": None if isinstance(subject, CellInstance) else command_line("verify", subject),
        "result": "FAILED" if outcome.mismatches else "bit-exact",
    }


def _hardware_words(subject: Subject) -> str:
    """Return what the hardware of a subject is, for a column of a table."""
    if isinstance(subject, CellInstance):
        return "clocked"
    if isinstance(subject, Instance) and subject.is_array:
        return f"array {labels(subject)['lanes']}, streams"
    return _option_words(subject.hardware)


def _option_words(options: HardwareOptions) -> str:
    words = str(options.style)
    if options.style is Style.SPATIAL:
        words = f"{options.stages} stages" if options.stages != 1 else "1 stage"
        words = words if options.stages else "combinational"
    if options.residue is not Residue.DISCHARGE:
        words += f", {options.residue}"
    if options.delays is not Delays.REGISTERS:
        words += f", {options.delays}"
    if options.backend is not Backend.PRINTED:
        words += f", {options.backend}"
    return f"{words}, streams" if options.is_stream else words
