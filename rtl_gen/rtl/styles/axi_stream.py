# SPDX-License-Identifier: Apache-2.0
"""AXI4-Stream as the interface of a component."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from spikefloat.rtl_gen.rtl.ports import Port, PortRole
from spikefloat.rtl_gen.rtl.text.verilog import component_verilog

__all__ = ["AxiStream", "axi_ports", "axi_verilog"]


class AxiStream(wiring.Signature):
    """Signals of an AXI4-Stream, as its source sees them.

    Parameters
    ----------
    width : int
        Bits of the data.
    has_keep : bool
        Whether there is ``tkeep``, with a bit for each byte.

    Members
    -------
    tdata : ``Out(width)``
        Data; kept, like ``tlast`` and ``tkeep``, from ``tvalid`` until ``tready``.
    tvalid : ``Out(1)``
        Whether there is something to transfer.
    tready : ``In(1)``
        Whether it is taken in this clock.
    tlast : ``Out(1)``
        Whether this is the last transfer of a vector.
    tkeep : ``Out(width // 8)``
        Which bytes count; only with ``has_keep``.
    """

    def __init__(self, width: int, *, has_keep: bool = False) -> None:
        super().__init__(
            {
                "tdata": Out(width),
                "tvalid": Out(1),
                "tready": In(1),
                "tlast": Out(1),
                **({"tkeep": Out(width // 8)} if has_keep else {}),
            }
        )


def axi_ports(ports: Sequence[Port], streams: Mapping[str, str] | None = None) -> dict[Port, Port]:
    """Return ports with the names that AXI4-Stream gives them, by what Amaranth calls them.

    Parameters
    ----------
    ports : sequence of Port
        Ports of a component; those without a stream keep their names.
    streams : mapping of str to str, optional
        What streams are called, by their names in the component: ``s_axis_a``. Others keep theirs.
    """
    renamed = {}
    for port in ports:
        stream = (streams or {}).get(port.stream, port.stream)
        is_data = port.role in (PortRole.OPERAND, PortRole.RESULT)
        field = "data" if is_data else port.role.value
        name = f"{stream}_t{field}" if stream else port.name
        renamed[port] = replace(port, name=name, stream=stream)
    return renamed


def axi_verilog(
    component: wiring.Component, module: str, ports: Mapping[Port, Port], header: Iterable[str]
) -> str:
    """Return the Verilog of a component with streams, with the ports that :func:`axi_ports` gives.

    Parameters
    ----------
    component : Component
        What has the streams. What it is made of besides is not part of the text.
    module : str
        Name of the top module.
    ports : mapping of Port to Port
        All of its ports in order, and what they become.
    header : iterable of str
        Lines for the comment at the top of the file.
    """
    names = {before.name: after.name for before, after in ports.items()}
    text = component_verilog(component, module, ports_order=list(names), header=header)
    return re.sub(r"\b\w+__\w+\b", lambda match: names.get(match[0], match[0]), text)
