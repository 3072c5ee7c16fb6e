# SPDX-License-Identifier: Apache-2.0
"""A generated design as a core: its Verilog, file list, example and bench, for FuseSoC and Vivado.

The bench needs nothing but the simulator. It reads operands with the results of the golden model
from a file, so that whoever uses the core can repeat the check without this project.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from spikefloat.rtl_gen.fpga.synthesis.core_bench import (
    Cases,
    case_file,
    core_bench,
    instance_lines,
    port_range,
)
from spikefloat.rtl_gen.fpga.synthesis.vivado import vivado_script
from spikefloat.rtl_gen.rtl.ports import CLOCK, Port, PortRole

__all__ = ["CoreSource", "core_files"]


@dataclass(frozen=True, kw_only=True)
class CoreSource:
    """A design to be packaged."""

    module: str  #: Name of its top module.
    verilog: str  #: Text of a self-contained file.
    ports: tuple[Port, ...]  #: Those of the top module.
    summary: str  #: One line for a reader.
    #: Clocks from operands to result, 0 if combinational; None if it has a protocol of its own.
    latency: int | None
    cases: Cases | None  #: None for no bench.
    version: str  #: Of the generator.


def core_files(source: CoreSource) -> dict[str, str]:
    """Return the files of a core, by name.

    Raises
    ------
    ValueError
        If there are cases for a design that has neither a fixed latency nor a handshake.
    """
    module = source.module
    ports = source.ports
    files = {
        f"{module}.v": source.verilog,
        f"{module}_example.v": _example(source, ports),
        "files.f": f"{module}.v\n",
    }
    if source.cases is not None:
        files[f"{module}_bench.sv"] = core_bench(module, source.cases, ports, source.latency)
        files[f"{module}_cases.hex"] = case_file(source.cases, ports)
    files[f"{module}.core"] = _core(source)
    files[f"{module}_vivado.tcl"] = vivado_script(module, source.summary, source.version, ports)
    return files


def _core(source: CoreSource) -> str:
    """Return the description of a core in the language CAPI2."""
    module = source.module
    lines = [
        "CAPI=2:",
        "# SPDX-License-Identifier: Apache-2.0",
        f"name: spikefloat:arithmetic:{module}:{source.version}",
        f"description: {json.dumps(source.summary, ensure_ascii=False)}",
        "",
        "filesets:",
        "  rtl:",
        "    files:",
        f"      - {module}.v",
        "    file_type: verilogSource-2005",
        "  example:",
        "    files:",
        f"      - {module}_example.v",
        "    file_type: verilogSource-2005",
    ]
    if source.cases is not None:
        lines += [
            "  bench:",
            "    files:",
            f"      - {module}_bench.sv: {{file_type: systemVerilogSource}}",
            f"      - {module}_cases.hex: {{file_type: user, copyto: {module}_cases.hex}}",
        ]
    lines += [
        "",
        "targets:",
        "  default:",
        "    filesets: [rtl]",
        "  lint:",
        "    description: Verilator's opinion of the design and of the example",
        "    filesets: [rtl, example]",
        f"    toplevel: {module}_example",
        "    flow: lint",
        "    flow_options: {tool: verilator, verilator_options: [-Wall]}",
    ]
    if source.cases is not None:
        lines += [
            "  sim:",
            f"    description: {len(source.cases.rows)} results compared with {source.cases.reference}'s",
            "    filesets: [rtl, bench]",
            f"    toplevel: {module}_bench",
            "    flow: sim",
            "    flow_options: {tool: icarus, iverilog_options: [-g2012]}",
        ]
    return "\n".join([*lines, ""])


def _declaration(port: Port, kind: str = "wire") -> str:
    direction = "input " if port.is_input else "output"
    return f"{direction} {kind:<4} {port_range(port)}{port.name}"


def _example(source: CoreSource, ports: Sequence[Port]) -> str:
    """Return a module that shows how the design is used."""
    module = source.module
    outputs = [port for port in ports if not port.is_input]
    inputs = [port for port in ports if port.is_input]
    lines = ["// SPDX-License-Identifier: Apache-2.0"]
    if source.latency == 0:
        declared = [_declaration(port) for port in (CLOCK, *inputs)]
        declared += [_declaration(port, "reg") for port in outputs]
        lines += [f"// How to use {module}: it is combinational, so a register keeps its result."]
        body = [f"    wire {port_range(port)}{port.name}_now;" for port in outputs]
        nets = {port.name: f"{port.name}_now" for port in outputs}
        body += [
            "",
            *instance_lines(module, ports, nets),
            "",
            *(f"    always @(posedge clk) {port.name} <= {port.name}_now;" for port in outputs),
        ]
    elif source.latency is not None:
        latency = source.latency
        valid = Port(name="valid", width=1, is_input=True, role=PortRole.VALID)
        declared = [_declaration(port) for port in (*inputs, valid, *outputs)]
        declared.append("output wire done")
        lines += [
            f"// How to use {module}: it takes operands in every clock, and a result comes out",
            f"// {latency} clock{'s' * (latency > 1)} later, when the bit that came with the "
            "operands does.",
        ]
        move = f"{{travelling[{latency - 2}:0], valid}}" if latency > 1 else "valid"
        body = [
            *instance_lines(module, ports, {}),
            "",
            f"    reg [{latency - 1}:0] travelling;",
            "    always @(posedge clk)",
            f"        if (rst) travelling <= {latency}'d0;",
            f"        else travelling <= {move};",
            f"    assign done = travelling[{latency - 1}];",
        ]
    else:
        declared = [_declaration(port) for port in ports]
        lines += [f"// How to use {module}: all of its ports by name."]
        body = instance_lines(module, ports, {})
    head = ",\n".join(f"    {text}" for text in declared)
    return "\n".join(
        [
            *lines,
            "",
            "`default_nettype none",
            "",
            f"module {module}_example (",
            head,
            ");",
            *body,
            "endmodule",
            "",
            "`default_nettype wire",
            "",
        ]
    )
