# SPDX-License-Identifier: Apache-2.0
"""Stuck neurons in the hardware: which of them a test with every operand finds, under a simulator.

One neuron after another is held at 0, and then at 1, in the Verilog of the circuit. Operands come
in a random order until a result is wrong; a fault that is not found has seen them all.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.files import make_folder
from spikefloat.sim.campaigns.injection import InjectedHardware
from spikefloat.sim.campaigns.target import Target
from spikefloat.sim.devices.operands import operand_sample
from spikefloat.sim.simulators.job import run_job

__all__ = ["FaultCampaign", "inject_faults"]

#: Operands between two looks; each look is at four times as many as the one before.
_CHUNK = 64

#: Operands that are sent without a fault first.
_CLEAN_CASES = 4096


@dataclass(frozen=True, kw_only=True)
class FaultCampaign:
    """Which faults were found."""

    neurons: tuple[int, ...]  #: Numbers of the neurons that were stuck.
    operands: int  #: How many there are to find a fault with.
    #: How many operands it took for each neuron, stuck at 0 and at 1; None if all of them passed.
    tries: dict[int, tuple[int | None, ...]]

    def detected(self, value: int) -> int:
        """Return how many neurons that are stuck at ``value`` were found."""
        return sum(own[value] is not None for own in self.tries.values())

    @property
    def detected_fraction(self) -> float:
        """Share of the faults that were found."""
        return (self.detected(0) + self.detected(1)) / (2 * len(self.neurons))


def inject_faults(
    target: Target,
    circuit: InjectedHardware,
    simulator: str,
    folder: Path,
    *,
    neurons: Sequence[int] | None = None,
    seed: int = 0,
    progress: Callable[[str], None] | None = None,
) -> FaultCampaign:
    """Stick neurons of a circuit in a simulator.

    Parameters
    ----------
    target : Target
        Circuit, and what it should compute.
    circuit : InjectedHardware
        Its Verilog.
    simulator : str
        "icarus" or "verilator".
    folder : Path
        For all that is written.
    neurons : sequence of int, optional
        Which ones, counted from 0; all by default.
    seed : int
        Of the order of the operands.
    progress : callable, optional
        Called with a few words at the start of each step.

    Raises
    ------
    ValueError
        If there is no such neuron.
    """
    graph = target.graph
    count = len(graph.neurons)
    selected = tuple(range(count) if neurons is None else neurons)
    for number in selected:
        if not 0 <= number < count:
            raise InputError(f"Neuron must be from 0 to {count - 1}, not {number}")
    sample = operand_sample(graph, seed)
    operands = len(next(iter(sample.values())))
    order = np.random.Generator(np.random.PCG64(seed)).permutation(operands)
    sample = {name: codes[order] for name, codes in sample.items()}
    expected = target.reference.expected([sample[port.name] for port in graph.inputs])

    folder = make_folder(folder).resolve()
    outcome = folder / "outcome.json"
    outcome.unlink(missing_ok=True)
    run_job(
        simulator,
        circuit.verilog,
        circuit.module,
        "tb_faults",
        folder,
        {
            **_save_cases(folder, sample, expected),
            "neurons": selected,
            "output": graph.outputs[0].name,
            "latency": circuit.latency,
            "chunk": _CHUNK,
            "clean_cases": _CLEAN_CASES,
            "outcome": str(outcome),
        },
        progress=progress,
    )
    first = json.loads(outcome.read_text(encoding="utf-8"))
    tries = {
        number: tuple(
            None if (case := first[f"{number}:{value}"]) is None else case + 1 for value in (0, 1)
        )
        for number in selected
    }
    return FaultCampaign(neurons=selected, operands=operands, tries=tries)


def _save_cases(
    folder: Path, sample: Mapping[str, NDArray[np.int64]], expected: NDArray[np.int64]
) -> dict[str, Any]:
    """Write operands and results, and return where they are."""
    files = {name: str(folder / f"in_{name}.npy") for name in sample}
    for name, codes in sample.items():
        np.save(files[name], codes)
    np.save(folder / "expected.npy", expected)
    return {"inputs": files, "expected": str(folder / "expected.npy")}
