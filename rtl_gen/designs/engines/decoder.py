# SPDX-License-Identifier: Apache-2.0
"""A decoder as an engine: its program, its circuits, and what is written above its Verilog."""

from collections.abc import Mapping
from dataclasses import replace
from textwrap import wrap
from typing import Any

from spikefloat.rtl_gen.designs.engines.token_units import TERMS, make_token_units
from spikefloat.rtl_gen.designs.engines.units import CUTS
from spikefloat.rtl_gen.designs.hardware import Hardware
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.networks.description import Network
from spikefloat.rtl_gen.networks.token_program import make_token_program
from spikefloat.rtl_gen.rtl.engine.decoder import (
    DecoderEngine,
    decoder_engine_ports,
    decoder_engine_verilog,
)
from spikefloat.rtl_gen.rtl.text.names import check_identifier

__all__ = ["decoder_hardware", "make_decoder_engine"]

#: Width of the comment.
_COLUMNS = 90


def make_decoder_engine(
    network: Network,
    weights: Mapping[str, Any],
    module: str,
    cuts: Mapping[str, Mapping[str, int]] = CUTS,
) -> DecoderEngine:
    """Return the engine for a decoder.

    Parameters
    ----------
    network : Network
        The description, which takes tokens.
    weights : mapping of str to sequence of rows
        Codes of all weights, constants and powers of two of rows included.
    module : str
        Name of the top module.
    cuts : mapping of str to mapping of str to int
        Register cuts through circuits of normalisation and softmax, by their names.

    Raises
    ------
    InputError
        If the name is none in Verilog, the network takes no tokens, or one circuit of each kind is
        not enough for it.
    """
    check_identifier(module, "Module name")
    program, units = make_token_program(network, weights, TERMS), make_token_units(network)
    argmax = make_instance("vector_argmax", format=network.stream_format, length=2).graph
    units = replace(
        units,
        norm=replace(units.norm, cuts=cuts["norm"]),
        softmax=replace(units.softmax, cuts=cuts["softmax"]),
    )
    return DecoderEngine(program, units, argmax, module)


def decoder_hardware(engine: DecoderEngine) -> Hardware:
    """Return an engine as Verilog, with a comment that says what it computes.

    Latency and interval are those of the last token of the longest sequence.

    Parameters
    ----------
    engine : DecoderEngine
        What to translate.
    """
    clocks = engine.clocks(engine.program.context - 1)
    return Hardware(
        module=engine.module,
        verilog=decoder_engine_verilog(engine, _header(engine)),
        ports=tuple(decoder_engine_ports(engine).values()),
        latency=clocks - 1,
        initiation_interval=clocks,
    )


def _designs(engine: DecoderEngine) -> str:
    """Return the designs whose roundings an engine has."""
    has_offsets = len(engine.units.norm.others) > 1
    feed = [*(["swiglu"] if engine.units.gate else []), *engine.units.functions]
    names = ["layer_norm" if has_offsets else "rms_norm", "softmax", "rope", *feed]
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _header(engine: DecoderEngine) -> list[str]:
    """Return the lines of the comment: formats, roundings, streams, circuits, clocks."""
    program, network = engine.program, engine.program.network
    fmt, wide = network.code_format.name, network.stream_format.name
    sizes = ", ".join(f"{name} {len(graph.neurons)}" for name, graph in engine.graphs.items())
    return [
        engine.module,
        f"a decoder of {len(network.steps)} steps and {network.weight_count} weights, each step done "
        "in turn by one circuit of its kind, token by token",
        f"codes: {fmt}, rows of weights times powers of two; residual stream and results: {wide}",
        f"rounding: a product's element, once, from the exact sum into {wide}, and times its power of",
        f"two; what is added to it, once, into {wide}; and into {fmt}, saturating; all to nearest even",
        f"rounding: normalisation, softmax, rotation and feed-forward layer as in {_designs(engine)}",
        f"s_axis_x: numbers of tokens, from 0 to {network.vocabulary - 1}; behind one with tlast the "
        "next sequence begins",
        f"m_axis_y: for each token {program.outputs} transfers of {wide}, then the number of the "
        "largest, with tlast",
        f"keys and values stay for up to {program.context} tokens",
        f"neurons: {engine.neurons}",
        *wrap(sizes, _COLUMNS, initial_indent="  ", subsequent_indent="  "),
        f"clocks for a token: {engine.clocks(0)} for the first of a sequence, "
        f"{engine.clocks(program.context - 1)} for the last",
    ]
