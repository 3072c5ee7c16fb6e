# SPDX-License-Identifier: Apache-2.0
"""A Tcl script that packages a design as an IP core for Vivado, with its streams as interfaces."""

import re
from collections.abc import Sequence

from spikefloat.rtl_gen.rtl.ports import AXI_RESET, Port, PortRole

__all__ = ["vivado_script"]

_PROCEDURES = """\
proc add_interface {core name library kind mode ports} {
    set interface [ipx::add_bus_interface $name $core]
    set_property abstraction_type_vlnv xilinx.com:$library:${kind}_rtl:1.0 $interface
    set_property bus_type_vlnv xilinx.com:$library:$kind:1.0 $interface
    set_property interface_mode $mode $interface
    foreach {logical physical} $ports {
        set_property physical_name $physical [ipx::add_port_map $logical $interface]
    }
    return $interface
}

proc add_parameter {interface name value} {
    set_property value $value [ipx::add_bus_parameter $name $interface]
}
"""


def vivado_script(module: str, summary: str, version: str, ports: Sequence[Port]) -> str:
    """Return the script; it reads ``MODULE.v`` beside it and writes the folder ``MODULE_ip`` there.

    Parameters
    ----------
    module : str
        Name of the top module.
    summary : str
        One line for a reader.
    version : str
        Of the generator; that of the core has the first two numbers.
    ports : sequence of Port
        Those of the top module. Clock, reset and AXI4-Streams become interfaces.
    """
    major, minor, *_ = [*version.split("."), "0"]
    text = re.sub(r'(["$\[\\])', r"\\\1", summary)
    return "\n".join(
        [
            "# SPDX-License-Identifier: Apache-2.0",
            f"# Packages {module} as an IP core, in the folder {module}_ip beside this file:",
            "#",
            f"#     vivado -mode batch -source {module}_vivado.tcl [-tclargs PART]",
            "#",
            "# Untested in Vivado: only its names and its Tcl were checked, against the Verilog.",
            "",
            _PROCEDURES,
            "set here [file dirname [file normalize [info script]]]",
            "set part [expr {[llength $argv] ? [list -part [lindex $argv 0]] : {}}]",
            f"create_project -force {{*}}$part {module} [file join $here {module}_project]",
            f"add_files -norecurse [file join $here {module}.v]",
            f"set_property top {module} [current_fileset]",
            "update_compile_order -fileset sources_1",
            f"ipx::package_project -root_dir [file join $here {module}_ip] -vendor spikefloat \\",
            "    -library arithmetic -taxonomy /UserIP -import_files -set_current true -force",
            "set core [ipx::current_core]",
            f"set_property name {module} $core",
            f"set_property version {major}.{minor} $core",
            f"set_property display_name {module} $core",
            f'set_property description "{text}" $core',
            "",
            "# In place of the interfaces that Vivado infers from names.",
            "ipx::remove_all_bus_interface $core",
            *_interfaces(ports),
            "",
            "ipx::create_xgui_files $core",
            "ipx::update_checksums $core",
            "ipx::check_integrity $core",
            "ipx::save_core $core",
            "close_project",
            "",
        ]
    )


def _interfaces(ports: Sequence[Port]) -> list[str]:
    """Return the lines that say which ports belong together, and to which clock."""
    streams: dict[str, list[Port]] = {}
    for port in ports:
        if port.stream and port.name.startswith(f"{port.stream}_t"):
            streams.setdefault(port.stream, []).append(port)
    lines = []
    for name, members in streams.items():
        valid = next(port for port in members if port.role is PortRole.VALID)
        mode = "slave" if valid.is_input else "master"
        lines.append(f"add_interface $core {name} interface axis {mode} {{")
        for port in members:
            lines.append(f"    {port.name.removeprefix(f'{name}_').upper()} {port.name}")
        lines.append("}")
    clock, reset = (
        next((port.name for port in ports if port.role is role), None)
        for role in (PortRole.CLOCK, PortRole.RESET)
    )
    if reset:
        level = "LOW" if reset == AXI_RESET.name else "HIGH"
        lines += [
            f"set reset [add_interface $core {reset} signal reset slave {{RST {reset}}}]",
            f"add_parameter $reset POLARITY ACTIVE_{level}",
        ]
    if clock:
        lines.append(f"set clock [add_interface $core {clock} signal clock slave {{CLK {clock}}}]")
        if streams:
            lines.append(f"add_parameter $clock ASSOCIATED_BUSIF {':'.join(streams)}")
        if reset:
            lines.append(f"add_parameter $clock ASSOCIATED_RESET {reset}")
    return lines
