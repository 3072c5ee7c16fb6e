# SPDX-License-Identifier: Apache-2.0
"""Which cases are tried, and on which Verilog."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.files import read_text
from spikefloat.rtl_gen.fpga.synthesis.gate_level import gate_level_verilog
from spikefloat.rtl_gen.fpga.synthesis.targets import find_target
from spikefloat.rtl_gen.rtl.ports import Port
from spikefloat.sim.cases.sampled import SEED
from spikefloat.sim.simulators.modules import module_header, module_names, top_modules

__all__ = ["OwnVerilog", "Selected", "read_own_verilog"]


@dataclass(frozen=True, kw_only=True)
class OwnVerilog:
    """Somebody else's Verilog, to be checked in place of what is generated."""

    text: str
    module: str  #: Name of its top module, which has the ports of the generated one.


@dataclass(frozen=True, kw_only=True)
class Selected:
    """Which cases are tried, and on which Verilog."""

    #: "all" cases, or a sample where they are too many; "published" or "sampled" ones; "lattice"
    #: for dot products of two terms.
    pairs: str = "all"
    random_cases: int = 100_000  #: Number of random ones in a sample.
    seed: int = SEED  #: Of the random ones.
    every: int = 1  #: Of a sample of operands for an operation, only every so many-th is tried.
    gate_level: str | None = None  #: Target whose netlist is checked instead of the Verilog.
    own: OwnVerilog | None = None  #: What is checked instead of the generated Verilog.

    def source(self, text: str, module: str) -> tuple[str, str]:
        """Return what is simulated in place of generated Verilog, and its top module."""
        if self.own is not None:
            text, module = self.own.text, self.own.module
        if self.gate_level is not None:
            text = gate_level_verilog(text, module, find_target(self.gate_level))
        return text, module


def read_own_verilog(path: Path, top: str | None, module: str, ports: Sequence[Port]) -> OwnVerilog:
    """Return a user's Verilog.

    Parameters
    ----------
    path : Path
        The file.
    top : str, optional
        Name of its top module; by default ``module`` if there is one of that name, or else the only
        one that no other uses.
    module : str
        Name of the module that would be generated.
    ports : sequence of Port
        Its ports, which the other must have, too.

    Raises
    ------
    InputError
        If the file cannot be read, has no such module, or several that may be meant, or a port is
        missing.
    """
    text = read_text(path)
    names = module_names(text)
    if not names:
        raise InputError(f"Verilog must have a module, not none ({str(path)!r})")
    if top is None:
        tops = top_modules(text)
        if module not in names and len(tops) != 1:
            raise InputError(
                f"Top module of {str(path)!r} must be named with --top, "
                f"as it may be any of {', '.join(tops or names)}"
            )
        top = module if module in names else tops[0]
    if top not in names:
        raise InputError(
            f"Top module of {str(path)!r} must be one of {', '.join(names)}, not {top!r}"
        )
    given = set(re.findall(r"[\w$]+", module_header(text, top)))
    missing = [port.name for port in ports if port.name not in given]
    if missing:
        raise InputError(
            f"Ports of module {top!r} must be {', '.join(port.name for port in ports)}; "
            f"it has no {', '.join(missing)}"
        )
    # What the file sets for the compiler must not reach the bench behind it.
    return OwnVerilog(text=f"{text}\n`resetall\n", module=top)
