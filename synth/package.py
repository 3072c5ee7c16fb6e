# SPDX-License-Identifier: Apache-2.0
"""A generated design as a core for FuseSoC: its Verilog, file list, example and bench.

The bench needs nothing but the simulator. It reads operands with the results of the golden model
from a file, so that whoever uses the core can repeat the check without this project.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from .harness import Port, module_ports

__all__ = ["Cases", "CoreSource", "core_files"]

#: File with the waivers of lint, in each core.
WAIVERS = "lint_waivers.vlt"


@dataclass(frozen=True, kw_only=True)
class Cases:
    """What a design has to compute: rows of operands and result."""

    operands: tuple[str, ...]  #: Names of the input ports.
    rows: Sequence[Sequence[int]]  #: One code for each operand, and the result.


@dataclass(frozen=True, kw_only=True)
class CoreSource:
    """A design to be packaged."""

    module: str  #: Name of its top module.
    verilog: str  #: Text of a self-contained file.
    summary: str  #: One line for a reader.
    #: Clocks from operands to result, 0 if combinational; None if it has a protocol of its own.
    latency: int | None
    cases: Cases | None  #: None for no bench.
    waivers: str  #: Text for Verilator.
    version: str  #: Of the generator.


def core_files(source: CoreSource) -> dict[str, str]:
    """Return the files of a core, by name.

    Raises
    ------
    SynthesisError
        If the ports of the module cannot be read.
    ValueError
        If there are cases for a design without a fixed latency.
    """
    module = source.module
    ports = module_ports(source.verilog, module)
    if source.cases is not None and source.latency is None:
        raise ValueError(f"Cases must be for a design of fixed latency, not for {module}")
    files = {
        f"{module}.v": source.verilog,
        f"{module}_example.v": _example(source, ports),
        WAIVERS: source.waivers,
        "files.f": f"{module}.v\n",
    }
    if source.cases is not None:
        files[f"{module}_bench.sv"] = _bench(source, source.cases, ports)
        files[f"{module}_cases.hex"] = _hex(source.cases, ports)
    files[f"{module}.core"] = _core(source)
    return files


def _core(source: CoreSource) -> str:
    """Return the description of a core in the language CAPI2."""
    module = source.module
    lines = [
        "CAPI=2:",
        "# SPDX-License-Identifier: Apache-2.0",
        f"name: spikefloat:arithmetic:{module}:{source.version}",
        f"description: {json.dumps(source.summary, ensure_ascii=False)}",
        "", "filesets:",
        "  rtl:", "    files:",
        f"      - {module}.v",
        "    file_type: verilogSource-2005",
        "  example:", "    files:",
        f"      - {module}_example.v",
        "    file_type: verilogSource-2005",
        "  waivers:", "    files:",
        f"      - {WAIVERS}",
        "    file_type: vlt"]
    if source.cases is not None:
        lines += [
            "  bench:", "    files:",
            f"      - {module}_bench.sv: {{file_type: systemVerilogSource}}",
            f"      - {module}_cases.hex: {{file_type: user, copyto: {module}_cases.hex}}"]
    lines += [
        "", "targets:",
        "  default:",
        "    filesets: [rtl]",
        "  lint:",
        "    description: Verilator's opinion of the design and of the example",
        "    filesets: [waivers, rtl, example]",
        f"    toplevel: {module}_example",
        "    flow: lint",
        "    flow_options: {tool: verilator, verilator_options: [-Wall]}"]
    if source.cases is not None:
        lines += [
            "  sim:",
            f"    description: {len(source.cases.rows)} results compared with the golden model's",
            "    filesets: [rtl, bench]",
            f"    toplevel: {module}_bench",
            "    flow: sim",
            "    flow_options: {tool: icarus, iverilog_options: [-g2012]}"]
    return "\n".join([*lines, ""])


def _declaration(port: Port, kind: str = "wire") -> str:
    direction = "input " if port.is_input else "output"
    return f"{direction} {kind:<4} {_width(port)}{port.name}"


def _width(port: Port) -> str:
    return f"[{port.width - 1}:0] " if port.width > 1 else ""


def _instance(module: str, ports: Sequence[Port], nets: dict[str, str]) -> list[str]:
    pins = [f"        .{port.name}({nets.get(port.name, port.name)})" for port in ports]
    return [f"    {module} inner (", ",\n".join(pins) + ");"]


def _example(source: CoreSource, ports: Sequence[Port]) -> str:
    """Return a module that shows how the design is used."""
    module = source.module
    outputs = [port for port in ports if not port.is_input]
    inputs = [port for port in ports if port.is_input]
    lines = ["// SPDX-License-Identifier: Apache-2.0"]
    if source.latency == 0:
        clock = Port(name="clk", width=1, is_input=True)
        declared = [_declaration(port) for port in (clock, *inputs)]
        declared += [_declaration(port, "reg") for port in outputs]
        lines += [f"// How to use {module}: it is combinational, so a register keeps its result."]
        body = [f"    wire {_width(port)}{port.name}_now;" for port in outputs]
        body += ["", *_instance(module, ports, {port.name: f"{port.name}_now" for port in outputs}),
                 "", *(f"    always @(posedge clk) {port.name} <= {port.name}_now;"
                       for port in outputs)]
    elif source.latency is not None:
        latency = source.latency
        valid = Port(name="valid", width=1, is_input=True)
        declared = [_declaration(port) for port in (*inputs, valid, *outputs)]
        declared.append("output wire done")
        lines += [
            f"// How to use {module}: it takes operands in every clock, and a result comes out",
            f"// {latency} clock{'s' * (latency > 1)} later, when the bit that came with the "
            "operands does."]
        move = f"{{travelling[{latency - 2}:0], valid}}" if latency > 1 else "valid"
        body = [*_instance(module, ports, {}), "",
                f"    reg [{latency - 1}:0] travelling;",
                "    always @(posedge clk)",
                f"        if (rst) travelling <= {latency}'d0;",
                f"        else travelling <= {move};",
                f"    assign done = travelling[{latency - 1}];"]
    else:
        declared = [_declaration(port) for port in ports]
        lines += [f"// How to use {module}: all of its ports by name."]
        body = _instance(module, ports, {})
    head = ",\n".join(f"    {text}" for text in declared)
    return "\n".join([*lines, "", "`default_nettype none", "", f"module {module}_example (", head,
                      ");", *body, "endmodule", "", "`default_nettype wire", ""])


def _bench(source: CoreSource, cases: Cases, ports: Sequence[Port]) -> str:
    """Return a bench that drives every case, one in each clock, and stops at the first mistake."""
    module, latency, count = source.module, source.latency or 0, len(cases.rows)
    widths = {port.name: port.width for port in ports}
    result = next(port for port in ports if not port.is_input)
    total = sum(widths[name] for name in cases.operands) + result.width
    operands = ", ".join(cases.operands)
    # Where the file cannot be read, all is unknown, and unknown results would be as expected.
    check = [
        "            if (^cases[seen] === 1'bx) $fatal(1, \"case %0d must be known\", seen);",
        f"            if ({result.name} !== cases[seen][{result.width - 1}:0])",
        f'                $fatal(1, "case %0d must give %h, not %h", seen, '
        f"cases[seen][{result.width - 1}:0], {result.name});",
        "            seen = seen + 1;"]
    guarded = [f"            if (index >= {latency - 1}) begin",
               *(f"    {line}" for line in check), "            end"]
    is_clocked = "clk" in widths
    others = [name for name in ("clk", "rst") if name in widths]
    return "\n".join([
        "// SPDX-License-Identifier: Apache-2.0",
        f"// Compares {count} results of {module} with those of the golden model.",
        "", "`timescale 1ns / 1ps", "", f"module {module}_bench;",
        f"    reg [{total - 1}:0] cases [0:{count - 1}];  // operands, then the result",
        *(f"    reg {_width(port)}{port.name};" for port in ports if port.is_input),
        *(f"    wire {_width(port)}{port.name};" for port in ports if not port.is_input),
        "    integer index, seen;", "",
        *_instance(module, ports, {}), "",
        "    initial begin",
        f'        $readmemh("{module}_cases.hex", cases);',
        *(f"        {name} = 0;" for name in others),
        f"        {{{operands}}} = 0;",
        "        seen = 0;",
        *(["        // Delay lines are empty after as many clocks as there are.",
           "        rst = 1;",
           f"        for (index = 0; index < {max(latency, 1)}; index = index + 1) begin",
           "            #1 clk = 1; #1 clk = 0;", "        end", "        rst = 0;"]
          if "rst" in widths else []),
        f"        for (index = 0; index < {count + max(latency - 1, 0)}; index = index + 1) begin",
        f"            if (index < {count}) {{{operands}}} = cases[index] >> {result.width};",
        "            #1;",
        *(["            clk = 1; #1 clk = 0; #1;", *guarded] if is_clocked else check),
        "        end",
        f'        if (seen != {count}) $fatal(1, "cases must be {count}, not %0d", seen);',
        '        $display("%0d results are those of the golden model", seen);',
        "        $finish;", "    end", "endmodule", ""])


def _hex(cases: Cases, ports: Sequence[Port]) -> str:
    """Return the cases as numbers in hexadecimal, operands above the result."""
    widths = {port.name: port.width for port in ports}
    result = next(port.width for port in ports if not port.is_input)
    sizes = [*(widths[name] for name in cases.operands), result]
    digits = -(-sum(sizes) // 4)
    lines = []
    for row in cases.rows:
        word = 0
        for value, size in zip(row, sizes, strict=True):
            word = word << size | int(value)
        lines.append(f"{word:0{digits}x}")
    return "\n".join([*lines, ""])
