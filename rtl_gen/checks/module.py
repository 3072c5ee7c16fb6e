# SPDX-License-Identifier: Apache-2.0
"""A circuit as hardware: its Verilog, its ports and clocks, and whether it is exact."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from spikefloat.rtl_gen.checks.verifying.selected import Selected
from spikefloat.rtl_gen.designs.hardware import Hardware
from spikefloat.rtl_gen.errors import unknown_name
from spikefloat.rtl_gen.files import temporary_folder, write_files
from spikefloat.rtl_gen.rtl.ports import Port
from spikefloat.sim.benches.dut import Outcome
from spikefloat.sim.cases.sampled import SEED
from spikefloat.sim.simulators.find import SIMULATORS

__all__ = ["Module", "Plan", "Verification"]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How a module is verified."""

    simulator: str
    folder: Path
    selected: Selected
    progress: Callable[[str], None] | None


@dataclass(frozen=True, kw_only=True)
class Verification:
    """What came of a verification; true if every result was exact."""

    module: str
    simulator: str
    cases: int  #: How many results were compared.
    mismatches: int  #: How many were wrong, missing or too many.
    seconds: float  #: Time of the simulation, without the build.
    report: str = field(repr=False)  #: What was wrong, with the first cases in words, or nothing.

    def __bool__(self) -> bool:
        return not self.mismatches and not self.report


class Module:
    """A Verilog module. Made by :meth:`Circuit.hardware`.

    Parameters
    ----------
    hardware : Hardware
        The Verilog, with ports and clocks.
    run : callable
        Simulates it by a plan, and returns what came of it.
    """

    def __init__(self, hardware: Hardware, run: Callable[[Plan], Sequence[Outcome]]) -> None:
        self._hardware = hardware
        self._run = run

    @property
    def name(self) -> str:
        """Name of the top module, and of the file."""
        return self._hardware.module

    @property
    def ports(self) -> tuple[Port, ...]:
        """Ports of the top module, in order."""
        return self._hardware.ports

    @property
    def latency(self) -> int:
        """Clocks from operands to result, at most; 0 for a combinational circuit."""
        return self._hardware.latency

    @property
    def initiation_interval(self) -> int:
        """Clocks from one operation to the next; 0 for a combinational circuit."""
        return self._hardware.initiation_interval

    @property
    def registers(self) -> int:
        """One-bit registers of the circuit."""
        return self._hardware.registers

    def __repr__(self) -> str:
        ports = ", ".join(
            f"{'in' if port.is_input else 'out'} {port.name}[{port.width}]" for port in self.ports
        )
        clocks = f"latency {self.latency}" if self._hardware.is_clocked else "combinational"
        return f"<Module {self.name}: {ports}; {clocks}>"

    def verilog(self) -> str:
        """Return the text of a self-contained file, the same bytes for the same circuit."""
        return self._hardware.verilog

    def write(self, folder: str | os.PathLike[str] = ".") -> Path:
        """Write the Verilog into a folder, whole or not at all, and return the file.

        It has the bytes that ``spikefloat verilog`` writes.

        Raises
        ------
        InputError
            If the file cannot be written.
        """
        (path,) = write_files(folder, {f"{self.name}.v": self.verilog()})
        return path

    def verify(
        self,
        simulator: str = "verilator",
        *,
        pairs: str = "all",
        random_cases: int = 100_000,
        seed: int = SEED,
        gate_level: str | None = None,
        folder: str | os.PathLike[str] | None = None,
        progress: Callable[[str], None] | None = None,
    ) -> Verification:
        """Simulate the Verilog and compare each result with the golden model, or the reference.

        Parameters
        ----------
        simulator : str
            ``verilator`` or ``icarus``.
        pairs : str
            ``all`` operands, or directed and random ones where they are too many; ``sampled``
            ones; ``published`` pairs; ``lattice`` for dot products of two terms. Operands of
            circuits of one's own are all of them up to 16 bits, and random ones above.
        random_cases : int
            How many random operands are tried.
        seed : int
            Of these operands, and of the pauses of streams.
        gate_level : str, optional
            Target whose netlist is simulated in place of the Verilog, such as ``ice40``.
        folder : path, optional
            Keeps what is written: benches, logs, recorded results.
        progress : callable, optional
            Called with a few words at the start of each step.

        Returns
        -------
        Verification
            It counts as true if every result is exact. Streams are tried without and with pauses.

        Raises
        ------
        UserError
            If a tool is missing, or there is no bench for the circuit.
        """
        if simulator not in SIMULATORS:
            raise unknown_name("Simulator", simulator, SIMULATORS)
        with temporary_folder() as scratch:
            outcomes = self._run(
                Plan(
                    simulator=simulator,
                    folder=scratch if folder is None else Path(folder),
                    selected=Selected(
                        pairs=pairs, random_cases=random_cases, seed=seed, gate_level=gate_level
                    ),
                    progress=progress,
                )
            )
        return Verification(
            module=self.name,
            simulator=simulator,
            cases=sum(outcome.cases for outcome in outcomes),
            mismatches=sum(outcome.mismatches for outcome in outcomes),
            seconds=round(sum(outcome.seconds for outcome in outcomes), 3),
            report="\n".join(outcome.report for outcome in outcomes if outcome.report),
        )
