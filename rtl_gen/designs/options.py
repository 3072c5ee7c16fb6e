# SPDX-License-Identifier: Apache-2.0
"""What a design is, the options that say which instance of it is meant, and their checks."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from spikefloat.rtl_gen.circuits.sums.dot import ACCUMULATIONS
from spikefloat.rtl_gen.designs.layer_options import LayerOptions, make_layer_options
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import FORMATS, Format, Overflow, find_format, resolve_overflow
from spikefloat.rtl_gen.neurons.budgets import BUDGETS, Budget, find_budget
from spikefloat.rtl_gen.neurons.builder import Word
from spikefloat.rtl_gen.neurons.gates import LIBRARIES, GateLibrary
from spikefloat.rtl_gen.neurons.residue import RESIDUES, check_residue

__all__ = ["DELAYS", "OBJECTIVES", "STYLES", "Circuit", "Design", "Options", "make_options"]

#: What a circuit is made for: to be read; to have the fewest neurons or the least depth; to take
#: few lookup tables of six inputs; to have a fast clock on an FPGA with tables of four.
OBJECTIVES = ("structure", "neurons", "depth", "luts", "fmax")

#: What a neuron is in hardware: a comparison; a clocked cell, one layer for each clock; a cell that
#: is used again and again, bit by bit.
STYLES = ("spatial", "spiking", "temporal")

#: What the delay lines of the spiking style are.
DELAYS = ("registers", "memory")

#: Result formats that are taken if none is asked for, the first possible one that differs from
#: that of the operands.
_DEFAULT_TARGETS = ("bfloat16", "binary32")

#: Formats of the nodes of a wide accumulation.
_WIDE = ("binary16", "bfloat16", "binary32")

#: Longest vectors; a longer dot product is better done in parts.
_MAX_LENGTH = 1024


@dataclass(frozen=True, kw_only=True)
class Options:
    """What one instance of a design is made of. Made by :func:`make_options`."""

    format: Format  #: Format of the operands and, unless the next is set, of the result.
    to: Format | None  #: Format of the result, for a design that lets it be chosen.
    overflow: Overflow
    library: str
    budget: Budget
    objective: str  #: One of :data:`OBJECTIVES`.
    style: str = "spatial"  #: One of :data:`STYLES`.
    stages: int = 0  #: Register cuts, in the spatial style.
    is_stream: bool = False  #: Whether operands and result are streams.
    residue: str = RESIDUES[0]  #: One of them, in the spiking style.
    leak: Fraction | None = None  #: Share of the residue that stays; None for a safe one.
    delays: str = DELAYS[0]  #: One of them, in the spiking style.
    length: int = 1  #: Number of codes in each operand, for a design on vectors.
    accumulate: str = ""  #: How such a design adds; empty for the others.
    wide: Format | None = None  #: Format of the nodes, where they have one of their own.
    layer: LayerOptions | None = None  #: Shape and weights, for linear layers.


Circuit = Callable[[GateLibrary, Options, tuple[Word, ...]], Word]


@dataclass(frozen=True, kw_only=True)
class Design:
    """A circuit that the generator can make."""

    name: str
    summary: str  #: One line for a reader.
    operands: tuple[str, ...]  #: Input ports, each one code wide, or a vector of codes.
    result: str = "y"  #: Output port.
    circuit: Circuit
    formats: tuple[str, ...]  #: Names of the formats it works for.
    check: str  #: How it is checked, for a reader.
    is_predicate: bool = False  #: Whether the result is one bit, not a code.
    is_vector: bool = False  #: Whether operands are vectors, element 0 lowest.
    is_layer: bool = False  #: Whether it is made of linear layers; the result is a vector, too.
    #: Names of the formats that the result may have, for a format of the operands; None if it can
    #: only have that.
    targets: Callable[[Format], tuple[str, ...]] | None = None


def make_options(
    design: Design,
    *,
    format: str = "e4m3fn",
    to: str | None = None,
    overflow: str | None = None,
    library: str = "native",
    budget: str = "w2",
    objective: str = "structure",
    style: str = "spatial",
    stages: int = 0,
    is_stream: bool = False,
    residue: str | None = None,
    leak: Fraction | None = None,
    delays: str | None = None,
    length: int | None = None,
    accumulate: str | None = None,
    wide: str | None = None,
    layer: LayerOptions | None = None,
) -> Options:
    """Return checked options for a design.

    Parameters
    ----------
    design : Design
        What they are for.
    format : str
        Format of the operands.
    to : str, optional
        Format of the result, for a conversion or a widening product; by default bfloat16 or, where
        that is not another format or not possible, binary32.
    overflow : str, optional
        ``nan`` or ``saturate``; by default that of the format of the result.
    library : str
        ``native`` or ``published``.
    budget : str
        Limits of a neuron, for the native library.
    objective : str
        One of :data:`OBJECTIVES`; ``structure`` for the published library.
    style : str
        One of :data:`STYLES`.
    stages : int
        Number of register cuts, for the spatial style;
        :func:`spikefloat.rtl_gen.rtl.timing.pipeline.max_stages` tells how many a circuit can use.
    is_stream : bool
        Whether operands and result are streams with valid and ready, for the spatial style, and
        the spiking one where every wave is discharged.
    residue : str, optional
        One of :data:`~spikefloat.rtl_gen.neurons.residue.RESIDUES`, for the spiking style;
        ``discharge`` by default.
    leak : Fraction, optional
        Share of a membrane's residue that is left for the next wave, for ``hard`` and ``leak``; by
        default the largest multiple of 1/256 with which the circuit is exact.
    delays : str, optional
        One of :data:`DELAYS`, for the spiking style; ``registers`` by default.
    length : int, optional
        Number of codes in each operand of a design on vectors, 1 to 1024; 16 by default.
    accumulate : str, optional
        How such a design adds: one of :data:`~spikefloat.rtl_gen.circuits.sums.dot.ACCUMULATIONS`;
        ``exact`` by default.
    wide : str, optional
        Format of the nodes of ``wide``; binary32 by default.
    layer : LayerOptions, optional
        Shape and weights of linear layers; by default a small layer with weights as operands.

    Raises
    ------
    ValueError
        If a name is unknown, or a format is not one of the design's.
    """
    fmt = find_format(format)
    if fmt.name not in design.formats:
        raise InputError(
            f"Format for {design.name} must be one of {', '.join(design.formats)}, not {format!r}"
        )
    target = _find_target(design, fmt, to)
    if library not in LIBRARIES:
        raise InputError(f"Library must be {' or '.join(LIBRARIES)}, not {library!r}")
    if objective not in OBJECTIVES:
        raise InputError(f"Objective must be one of {', '.join(OBJECTIVES)}, not {objective!r}")
    if library != "native" and objective != "structure":
        raise InputError(f"Objective must be structure for {library} gates, not {objective!r}")
    vector = _vector_options(design, length, accumulate, wide)
    if layer is not None and not design.is_layer:
        raise InputError(f"Layers must be for the design linear, not {design.name!r}")
    if design.is_layer:
        layer = layer or make_layer_options()
    elif design.is_vector and vector["accumulate"] in ("tree", "chain") and target != fmt:
        raise InputError(
            f"Result format of {vector['accumulate']} must be that of the operands, not {to!r}"
        )
    if style not in STYLES:
        raise InputError(f"Style must be one of {', '.join(STYLES)}, not {style!r}")
    if stages < 0 or (stages and style != "spatial"):
        raise InputError(f"Stages must be 0 or more, and 0 but in the spatial style, not {stages}")
    if is_stream and style == "temporal":
        raise InputError(f"Style of streams must be spatial or spiking, not {style!r}")
    if style != "spiking" and (residue is not None or leak is not None):
        given = residue if residue is not None else str(leak)
        raise InputError(f"Residue and leak must be for the spiking style, not {given!r}")
    check_residue(residue or RESIDUES[0], leak)
    if is_stream and residue not in (None, "discharge"):
        raise InputError(f"Residue of streams must be discharge, not {residue!r}")
    if delays is not None and style != "spiking":
        raise InputError(f"Delays must be given for the spiking style, not for {style!r}")
    if delays not in (None, *DELAYS):
        raise InputError(f"Delays must be one of {', '.join(DELAYS)}, not {delays!r}")
    return Options(
        format=fmt,
        to=target,
        overflow=resolve_overflow(target or fmt, overflow),
        library=library,
        budget=find_budget(budget) if library == "native" else BUDGETS["w2"],
        objective=objective,
        style=style,
        stages=stages,
        is_stream=is_stream,
        residue=residue or RESIDUES[0],
        leak=leak,
        delays=delays or DELAYS[0],
        layer=layer,
        **vector,
    )


def _vector_options(
    design: Design, length: int | None, accumulate: str | None, wide: str | None
) -> dict[str, Any]:
    """Return the options of a design on vectors; none may be given for another."""
    if not design.is_vector:
        for name, value in (("length", length), ("accumulate", accumulate), ("wide", wide)):
            if value is not None:
                raise InputError(f"Option {name} must be for a dot product, not {design.name}")
        return {}
    if design.is_layer and length is not None:
        raise InputError(f"Option length must be for a dot product, not {design.name}")
    length = 16 if length is None else length
    accumulate = accumulate or "exact"
    if not 1 <= length <= _MAX_LENGTH:
        raise InputError(f"Length must be between 1 and {_MAX_LENGTH}, not {length!r}")
    if accumulate not in ACCUMULATIONS:
        raise InputError(
            f"Accumulation must be one of {', '.join(ACCUMULATIONS)}, not {accumulate!r}"
        )
    if wide is not None and accumulate != "wide":
        raise InputError(f"Format of the nodes must be given for wide, not for {accumulate!r}")
    nodes = find_format(wide or "binary32") if accumulate == "wide" else None
    if nodes is not None and nodes.name not in _WIDE:
        raise InputError(
            f"Format of the nodes must be one of {', '.join(_WIDE)}, not {nodes.name!r}"
        )
    return {"length": 1 if design.is_layer else length, "accumulate": accumulate, "wide": nodes}


def _find_target(design: Design, fmt: Format, to: str | None) -> Format | None:
    """Return the format of the result, or None if the design does not let it be chosen."""
    if design.targets is None:
        if to is not None:
            raise InputError(
                f"Result format of {design.name} must be that of its operands, not {to!r}"
            )
        return None
    targets = design.targets(fmt)
    if to is None and design.is_vector:
        return fmt
    if to is None:
        return FORMATS[
            next(
                name
                for name in (*_DEFAULT_TARGETS, *targets)
                if name in targets and name != fmt.name
            )
        ]
    target = find_format(to)
    if target.name not in targets:
        raise InputError(
            f"Result format of {design.name} for {fmt.name} must be one of {', '.join(targets)}, "
            f"not {to!r}"
        )
    return target
