# SPDX-License-Identifier: Apache-2.0
"""Circuits with a fault in their Verilog."""

import re
from dataclasses import replace

from spikefloat.rtl_gen.designs.hardware import Hardware

__all__ = ["faulty"]

#: The first synapse of a neuron, in the instance of its module.
_SYNAPSE = re.compile(r"(_cell \(\s*(?:\.clk\(clk\), \.rst\(rst\), )?\.x\(\{)([^,}]+)(,)")


def faulty(hardware: Hardware, scope: str | None) -> Hardware:
    """Return a design with one synapse that never has a spike, in a scope or at the top."""
    module = hardware.module if scope is None else f"{hardware.module}_{scope}"
    start = hardware.verilog.index(f"module {module} (")
    head, body = hardware.verilog[:start], hardware.verilog[start:]
    changed, count = _SYNAPSE.subn(r"\g<1>1'b0\g<3>", body, count=1)
    assert count == 1
    return replace(hardware, verilog=head + changed)
