# SPDX-License-Identifier: Apache-2.0
"""A network as an engine: its program, its circuits, and what is written above its Verilog."""

from collections.abc import Mapping, Sequence
from textwrap import wrap

from spikefloat.rtl_gen.designs.engines.units import make_units
from spikefloat.rtl_gen.designs.hardware import Hardware
from spikefloat.rtl_gen.networks.description import Network, Norm, Product
from spikefloat.rtl_gen.networks.program import make_program
from spikefloat.rtl_gen.rtl.engine.engine import Engine, engine_ports, engine_verilog

__all__ = ["engine_hardware", "make_engine"]

Rows = Sequence[Sequence[int]]

#: Width of the comment.
_COLUMNS = 90


def make_engine(network: Network, weights: Mapping[str, Rows], module: str) -> Engine:
    """Return the engine for a network.

    Parameters
    ----------
    network : Network
        The description.
    weights : mapping of str to sequence of rows
        Codes of all weights, constants included.
    module : str
        Name of the top module.

    Raises
    ------
    InputError
        If the name is none in Verilog, one circuit of each kind is not enough, or the network is none
        for an engine.
    """
    return Engine(make_program(network, weights), make_units(network, module))


def engine_hardware(engine: Engine) -> Hardware:
    """Return an engine as Verilog, with a comment that says what it computes.

    Parameters
    ----------
    engine : Engine
        What to translate.
    """
    return Hardware(
        module=engine.units.module,
        verilog=engine_verilog(engine, _header(engine)),
        ports=tuple(engine_ports(engine).values()),
        latency=engine.interval - 1,
        initiation_interval=engine.interval,
    )


def _header(engine: Engine) -> list[str]:
    """Return the lines of the comment: formats, roundings, steps, circuits, clocks."""
    network, program, units = engine.program.network, engine.program, engine.units
    fmt, wide = network.code_format.name, network.stream_format.name
    return [
        engine.units.module,
        f"a network of {len(network.steps)} steps and {network.weight_count} weights, each step done "
        "in turn by one circuit of its kind",
        f"codes: {fmt}; residual stream and results: {wide}",
        f"rounding: a product's element, once, from the exact sum into {wide}; what is added to it,",
        f"once, into {wide}; and into {fmt}, saturating; all to nearest even",
        "rounding: normalisation, softmax and gate as in rms_norm, softmax and swiglu",
        f"s_axis_x: {program.tokens} transfers of {network.values} codes of {fmt}, 8 bits each",
        f"m_axis_y: {program.outputs} codes of {wide}, the first lowest, then the index of the largest",
        f"neurons: {units.neurons}",
        *wrap(
            ", ".join(f"{name} {len(graph.neurons)}" for name, graph in units.graphs.items()),
            _COLUMNS,
            initial_indent="  ",
            subsequent_indent="  ",
        ),
        f"latency: {engine.interval - 1} clocks from the first transfer to the result",
        "steps:",
        *(_step_line(network, number) for number in range(len(network.steps))),
    ]


def _step_line(network: Network, number: int) -> str:
    """Return what a step is, on one line."""
    step = network.steps[number]
    if isinstance(step, Product):
        rows, columns, inner = network.product_shape(step)
        extras = [
            *([f"+ {step.add}"] if step.add else []),
            *(["gated"] if step.is_gated else []),
            *(["transposed"] if step.is_transposed else []),
        ]
        return " ".join([f"  {step.name}: {rows} x {inner} by {inner} x {columns}", *extras])
    rows, columns = network.shape(step.x)
    kind = "RMSNorm" if isinstance(step, Norm) else "softmax"
    return f"  {step.name}: {kind} of {rows} rows of {columns}"
