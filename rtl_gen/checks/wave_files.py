# SPDX-License-Identifier: Apache-2.0
"""Waveforms of a check, with what GTKWave needs to show them."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from spikefloat.rtl_gen.checks.scenes import few_cases
from spikefloat.rtl_gen.checks.verifying.plan import Checked, Subject
from spikefloat.rtl_gen.designs.cells import CellInstance
from spikefloat.rtl_gen.rtl.cells.cell_parameters import CellParameters
from spikefloat.sim.benches.bench import verify
from spikefloat.sim.benches.dut import (
    Check,
    Clip,
    Contract,
    Outcome,
    Port,
    StreamOutcome,
    StreamPort,
)
from spikefloat.sim.benches.top import PERIOD
from spikefloat.sim.cases.pauses import Pauses
from spikefloat.sim.exchange.vcd import Cut, cut_waves
from spikefloat.sim.exchange.waves import (
    MAX_FILTER_WIDTH,
    filter_text,
    read_signals,
    save_text,
    to_fst,
)

__all__ = ["failing_waves", "record", "wave_files"]

#: How closely waveforms are shown: an operation of many clocks as a whole.
_ZOOMS = {Contract.HANDSHAKE: 17, Contract.STREAM: 13}

#: Ports that are no operands and no results.
_CONTROLS = ("clk", "rst", "aclk", "aresetn", "start", "ready", "valid")

#: Cases that are shown before a wrong one, and behind it.
_BEFORE, _BEHIND = 3, 2

#: Pauses of the streams of a scene.
_PAUSES = (Pauses(source="random", sink="random"),)

Progress = Callable[[str], None] | None


def record(
    check: Check,
    simulator: str,
    folder: Path,
    *,
    pauses: tuple[Pauses, ...] = _PAUSES,
    progress: Progress = None,
) -> Outcome:
    """Run a check, and keep its waveforms."""
    (outcome,) = verify(
        [check], simulator, folder, pauses=pauses, progress=progress, has_waves=True
    )
    return outcome


def failing_waves(
    checked: Checked, folder: Path, path: Path, *, progress: Progress = None
) -> dict[str, str | bytes]:
    """Return the waveforms of the first wrong case of a check, by the names of the files.

    A few cases are enough where none depends on those before; else all are run again, and the time
    around the wrong one is shown.

    Parameters
    ----------
    checked : Checked
        What was wrong.
    folder : Path
        For all that the simulator writes.
    path : Path
        Where the file of waveforms is to be; its suffix is ``.vcd`` or ``.fst``.
    progress : callable, optional
        Called with a few words at the start of each step.
    """
    subject, _, outcome, check = checked
    first = outcome.first_wrong or 0
    pauses = (outcome.pauses,) if isinstance(outcome, StreamOutcome) else _PAUSES
    has_history = "discharge" in check.cases.operands or any(
        len(values) < check.cases.count for values in check.cases.operands.values()
    )
    if not has_history:
        places = np.arange(
            max(first - _BEFORE, 0), min(first + _BEHIND + 1, len(check.cases.indices))
        )
        few = few_cases(check, places)
        found = record(few, outcome.simulator, folder, pauses=pauses, progress=progress)
        if found.mismatches:
            return wave_files(subject, few, found, folder, path)
    found = record(check, outcome.simulator, folder, pauses=pauses, progress=progress)
    if found.clip is not None and check.dut.contract is not Contract.STREAM:
        interval = PERIOD * max(
            check.dut.latency if check.dut.contract is Contract.HANDSHAKE else 1, 1
        )
        at = found.clip.start + interval * int(check.cases.indices[first])
        clip = Clip(
            path=found.clip.path,
            start=max(at - _BEFORE * interval, found.clip.start),
            stop=min(at + PERIOD * check.dut.latency + _BEHIND * interval, found.clip.stop),
        )
        found = replace(found, clip=clip)
    return wave_files(subject, check, found, folder, path)


def wave_files(
    subject: Subject, check: Check, outcome: Outcome, folder: Path, path: Path
) -> dict[str, str | bytes]:
    """Return waveforms and what GTKWave needs, by the names of the files.

    Parameters
    ----------
    subject : Instance, CellInstance or SavedCircuit
        What was run.
    check : Check
        With which cases.
    outcome : Outcome
        What came of it, with waveforms.
    folder : Path
        For what a converter writes.
    path : Path
        Where the file of waveforms is to be; its suffix is ``.vcd`` or ``.fst``.
    """
    assert outcome.clip is not None
    dut = check.dut
    words = (*dut.inputs, *dut.outputs)
    ports = {_signal(port): port for port in words}
    streams = [
        f"{port.prefix}_{signal}"
        for port in words
        if isinstance(port, StreamPort)
        for signal in ("tvalid", "tready", "tlast", "tkeep")
    ]
    valid = {Contract.COMBINATIONAL: 0.0, Contract.CLOCKED: PERIOD * (dut.latency + 0.5)}
    cut = Cut(
        clip=outcome.clip,
        name=dut.module,
        ports={name: port for name, port in ports.items() if port.count > 1},
        levels=_levels(subject, dut.verilog, dut.module),
        valid=valid.get(dut.contract),
    )
    waves = cut_waves(cut)
    formats = {name: port.fmt for name, port in ports.items() if port.fmt is not None}
    filters = {
        fmt.name: (f"{fmt.name}.txt", filter_text(fmt))
        for fmt in formats.values()
        if fmt.width <= MAX_FILTER_WIDTH
    }
    save = save_text(
        read_signals(waves),
        path.name,
        dut.module,
        formats,
        {own: file for own, (file, _) in filters.items()},
        ports={*ports, *streams, *dut.alarms, *_CONTROLS},
        folder=path.resolve().parent,
        zoom=_ZOOMS.get(dut.contract, 15),
        order=_INSTANCE.findall(dut.verilog),
        valid=cut.valid,
    )
    return {
        path.name: to_fst(waves, folder) if path.suffix == ".fst" else waves,
        f"{path.stem}.gtkw": save,
        **dict(filters.values()),
    }


def _signal(port: Port) -> str:
    return f"{port.prefix}_tdata" if isinstance(port, StreamPort) else port.name


#: Modules with the level that a membrane must reach, as spiking circuits say it in a comment.
_MODULE = re.compile(r"^module (\w+)(.*?)^endmodule", re.MULTILINE | re.DOTALL)
_LEVEL = re.compile(r"// In units of [^:]*: level (\d+)")

#: Names of instances.
_INSTANCE = re.compile(r"^\s+(?!module\b)\w+(?:\s*#\([^;]*?\))?\s+(\w+)\s*\($", re.MULTILINE)
_TYPED = re.compile(r"^\s+(\w+)\s+(\w+)\s*\($", re.MULTILINE)


def _levels(subject: Subject, verilog: str, module: str) -> dict[str, int]:
    """Return what the membrane of each neuron must reach, by the name of the neuron's scope."""
    if isinstance(subject, CellInstance):
        parameters = subject.parameters
        return (
            {module: parameters.threshold_units} if isinstance(parameters, CellParameters) else {}
        )
    levels = {
        name: int(level[1])
        for name, text in _MODULE.findall(verilog)
        if (level := _LEVEL.search(text)) is not None
    }
    return {name: levels[kind] for kind, name in _TYPED.findall(verilog) if kind in levels}
