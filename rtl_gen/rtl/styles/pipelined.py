# SPDX-License-Identifier: Apache-2.0
"""Neuron graphs as pipelines: the spatial hardware with registers, one result per clock."""

from collections.abc import Sequence

from spikefloat.rtl_gen.rtl.styles.spatial import spatial_verilog
from spikefloat.rtl_gen.rtl.text.items import Assign, ModuleClass
from spikefloat.rtl_gen.rtl.text.kinds import kind_module, kind_name
from spikefloat.rtl_gen.rtl.text.names import check_identifier
from spikefloat.rtl_gen.rtl.text.netlist import build_modules
from spikefloat.rtl_gen.rtl.text.nets import Net, NetBit, Role
from spikefloat.rtl_gen.rtl.text.printer import file_header, kinds_of, module_lines
from spikefloat.rtl_gen.rtl.timing.pipeline import Pipeline
from spikefloat.rtl_gen.rtl.timing.registers import insert_registers

__all__ = ["pipeline_verilog", "timing_lines"]


def pipeline_verilog(
    pipeline: Pipeline,
    *,
    module: str | None = None,
    header: Sequence[str] = (),
    has_enables: bool = False,
) -> str:
    """Return a cut neuron graph as one self-contained Verilog-2001 file.

    It is like that of :func:`~spikefloat.rtl_gen.rtl.styles.spatial.spatial_verilog`, with the
    registers in the modules where the spikes that they keep are made. Before the other ports there
    are ``clk`` and ``rst`` or, if asked for, an enable input for each cut in place of ``rst``. The
    result of what is at the inputs in one clock is at the outputs
    :attr:`~.pipeline.Pipeline.latency` clocks later. Without a cut, the text is that of the
    combinational circuit.

    Parameters
    ----------
    pipeline : Pipeline
        The circuit and its cuts.
    module : str, optional
        Name of the top module; the name of the graph if None.
    header : sequence of str
        Lines for the comment at the top of the file: what it is and how it was made.
    has_enables : bool
        Whether the registers of cut 1 are loaded only while ``enable_1`` is set, and so on.

    Raises
    ------
    ValueError
        If the name of the module or of a port cannot be used in Verilog.
    """
    graph = pipeline.graph
    top = check_identifier(graph.name if module is None else module, "Module name")
    if pipeline.latency == 0:
        return spatial_verilog(graph, module=top, header=header)
    registered = insert_registers(pipeline)
    cuts = range(1, pipeline.latency + 1)
    first = ["clk", *(f"enable_{cut}" for cut in cuts)] if has_enables else ["clk", "rst"]
    modules = build_modules(
        registered.graph, top, registers=registered.cuts, controls=(*first, _UNUSED_RESET)
    )
    if not has_enables:
        _gather_reset(modules[0])

    def clocked(entry: ModuleClass) -> Sequence[str]:
        if entry is modules[0]:
            return first
        enables = [f"enable_{cut}" for cut in entry.cuts] if has_enables else []
        return ["clk", *enables] if entry.cuts else []

    names = {kind: f"{top}_{kind_name(*kind)}" for kind in kinds_of(modules)}
    lines = [*header, *timing_lines(pipeline, has_enables=has_enables)]
    parts = [
        "\n".join(
            file_header(
                graph,
                top,
                lines,
                "Everything else is wires, and registers at the cuts: x_s2 is x as "
                "stage 2 sees it, after the second cut.",
            )
        )
    ]
    of_number = {entry.number: entry for entry in modules}
    for entry in modules:
        parts.append(
            "\n".join(
                module_lines(entry, of_number, names, clocked=clocked, has_enables=has_enables)
            )
        )
    for (weights, threshold), name in names.items():
        parts.append(kind_module(name, weights, threshold))
    parts.append("`default_nettype wire\n")
    return "\n".join(parts)


_UNUSED_RESET = "unused_rst"


def _gather_reset(top: ModuleClass) -> None:
    """Say in the top module that its reset has nothing to do."""
    net = Net(_UNUSED_RESET, Role.INNER)
    item = Assign(net.bits, (NetBit("rst", None),))
    top.body = top.body._replace(nets=(*top.body.nets, net), items=(*top.body.items, item))


def timing_lines(pipeline: Pipeline, *, has_enables: bool = False) -> list[str]:
    """Return lines for the comment at the top of a file: latency, registers and their controls."""
    clocks = "clock" if pipeline.latency == 1 else "clocks"
    levels = ", ".join(str(level) for level in pipeline.levels)
    lines = [
        f"latency: {pipeline.latency} {clocks}, one result per clock",
        f"registers: {pipeline.registers}; levels of lookup tables in each stage: {levels}",
    ]
    if has_enables:
        return [
            *lines,
            "enable_1, enable_2, ...: the registers of a cut keep their values while "
            "its enable is low",
        ]
    return [
        *lines,
        "rst: does nothing, as the registers hold nothing but data; what they hold at "
        "first is gone after the latency",
    ]
