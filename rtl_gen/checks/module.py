# SPDX-License-Identifier: Apache-2.0
"""A circuit as hardware: its Verilog, its ports and clocks, and whether it is exact."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from spikefloat.rtl_gen.designs.hardware import Hardware
from spikefloat.rtl_gen.files import write_files
from spikefloat.rtl_gen.rtl.ports import Port

if TYPE_CHECKING:
    from spikefloat.rtl_gen.checks.circuit import Circuit

__all__ = ["Module"]


class Module:
    """A Verilog module. Made by :meth:`Circuit.hardware`."""

    def __init__(self, circuit: "Circuit", hardware: Hardware) -> None:
        self._circuit = circuit
        self._hardware = hardware

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
        """Clocks from operands to result; 0 for a combinational circuit."""
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
