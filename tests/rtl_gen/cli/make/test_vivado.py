# SPDX-License-Identifier: Apache-2.0
"""Scripts for Vivado: run in Tcl with commands that keep what they are given."""

import re
import tkinter
from pathlib import Path

from spikefloat.rtl_gen.cli import main
from spikefloat.rtl_gen.fpga.synthesis.vivado import vivado_script

#: The commands of Vivado that scripts call.
COMMANDS = """
set argv {}
set properties {}
namespace eval ipx {}
foreach name {
    create_project add_files current_fileset update_compile_order close_project
    ipx::package_project ipx::current_core ipx::remove_all_bus_interface ipx::create_xgui_files
    ipx::update_checksums ipx::check_integrity ipx::save_core
} { proc $name args {} }
proc ipx::add_bus_interface {name core} { return $name }
proc ipx::add_port_map {logical interface} { return "$interface $logical" }
proc ipx::add_bus_parameter {name interface} { return "$interface $name" }
proc set_property {name value object} { lappend ::properties [list $name $object $value] }
"""

STREAM = ["multiply", "--format", "e2m1fn", "--stream"]


def test_interfaces_have_the_ports_of_the_verilog(tmp_path: Path) -> None:
    """Clock, reset and all ports of streams are in interfaces, in their direction."""
    for arguments, interfaces in (
        (["negate"], set()),
        (["negate", "--nan", "canonical", "--stages", "1"], {"clk", "rst"}),
        ([*STREAM, "--flags"], {"clk", "rst", "s_axis_a", "s_axis_b", "m_axis"}),
        (
            [*STREAM, "--stages", "2", "--axi-reset"],
            {"aclk", "aresetn", "s_axis_a", "s_axis_b", "m_axis"},
        ),
        (
            ["linear", "--shape", "array", "--format", "e2m1fn"],
            {"clk", "rst", "s_axis_x", "s_axis_w", "m_axis_y"},
        ),
    ):
        output = tmp_path / str(len(list(tmp_path.iterdir())))
        assert main(["package", *arguments, "-o", str(output)]) == 0
        (folder,) = output.iterdir()
        module = folder.name
        verilog = (folder / f"{module}.v").read_text()
        head = verilog[verilog.index(f"module {module} (") :].split(");")[0]
        ports = {
            name: direction
            for direction, name in re.findall(r"(input|output) +\w+ +(?:\[.*?\] +)?(\w+)", head)
        }

        properties = run(folder / f"{module}_vivado.tcl")
        assert properties["top", ""] == properties["name", ""] == module
        core = (folder / f"{module}.core").read_text()
        assert f'description: "{properties["description", ""]}"\n' in core
        modes = {name: mode for (what, name), mode in properties.items() if what.endswith("_mode")}
        assert modes.keys() == interfaces
        mapped = set()
        for (what, key), port in properties.items():
            if what != "physical_name":
                continue
            mapped.add(port)
            interface, logical = key.split()
            is_slave_input = (ports[port] == "input") == (logical != "TREADY")
            assert modes[interface] == ("slave" if is_slave_input else "master")
            assert port in (interface, f"{interface}_{logical.lower()}")
        assert mapped == {name for name in ports if name in interfaces or "_axis" in name}

        streams = {name for name in interfaces if "axis" in name}
        for clock, reset, level in (("clk", "rst", "HIGH"), ("aclk", "aresetn", "LOW")):
            if clock not in interfaces:
                continue
            busses = properties.get(("value", f"{clock} ASSOCIATED_BUSIF"), "")
            assert {*filter(None, busses.split(":"))} == streams
            assert properties["value", f"{clock} ASSOCIATED_RESET"] == reset
            assert properties["value", f"{reset} POLARITY"] == f"ACTIVE_{level}"


def run(script: Path) -> dict[tuple[str, str], str]:
    """Return the properties that a script sets, by their names and what has them."""
    tcl = tkinter.Tcl()
    tcl.eval(COMMANDS)
    tcl.call("source", str(script))
    rows = (tcl.splitlist(row) for row in tcl.splitlist(tcl.eval("set properties")))
    return {(name, of): value for name, of, value in rows}


def test_summary_stands_as_it_is() -> None:
    """What Tcl would take for commands and variables is quoted."""
    summary = 'a "b" $c [exit] \\d {e'
    script = vivado_script("m", summary, "0", ())
    (text,) = re.findall(r"^set_property description (.*) \$core$", script, re.M)
    assert tkinter.Tcl().eval(f"set text {text}") == summary
