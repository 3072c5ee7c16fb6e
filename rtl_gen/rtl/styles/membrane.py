# SPDX-License-Identifier: Apache-2.0
"""Kinds of neurons as clocked Verilog modules, with a membrane or without.

Weights and threshold of a neuron are those of its graph. A threshold of 2 is drawn at 1.5; a neuron
that would fire at rest gets a bias, as in :mod:`spikefloat.rtl_gen.neurons.residue`.
"""

from collections.abc import Iterator, Sequence

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.neurons.residue import neuron_bias, neuron_level
from spikefloat.rtl_gen.rtl.cells.cell_parameters import CellParameters, width_of
from spikefloat.rtl_gen.rtl.cells.membrane import Membrane, membrane_parameters
from spikefloat.rtl_gen.rtl.text.kinds import kind_comment, kind_logic

__all__ = [
    "membrane_module",
    "noisy_membrane_module",
    "resting_module",
]


def resting_module(name: str, weights: Sequence[int], threshold: int) -> str:
    """Return the Verilog of a neuron whose membrane is at rest before every wave.

    Nothing is left of the membrane but the decision, one lookup table and one register.
    """
    *logic, last = kind_logic(weights, threshold)
    return "\n".join(
        (
            *kind_comment(weights, threshold),
            *_ports(name, len(weights), ("clk", "rst")),
            *logic,
            last.replace("assign spike", "wire fires_now"),
            "    always @(posedge clk) spike <= rst ? 1'b0 : fires_now;",
            "endmodule",
            "",
        )
    )


def membrane_module(name: str, weights: tuple[int, ...], threshold: int, membrane: Membrane) -> str:
    """Return the Verilog of a neuron with a membrane register.

    ``discharge`` returns the membrane to rest before the step of the same clock.
    """
    parameters = membrane_parameters(weights, threshold, membrane)
    return "\n".join(
        (
            *kind_comment(weights, threshold),
            *_ports(name, len(weights), ("clk", "rst", "discharge")),
            *_membrane_lines(parameters),
            "endmodule",
            "",
        )
    )


def noisy_membrane_module(
    name: str,
    weights: tuple[int, ...],
    threshold: int,
    membrane: Membrane,
    *,
    fraction_bits: int,
    noise_width: int,
) -> str:
    """Return the neuron of :func:`membrane_module` with an input ``noise`` on the membrane.

    It is for benches: what comes in is added to the membrane in each step, in units of
    ``2 ** -fraction_bits``, and stays there like what synapses bring.

    Parameters
    ----------
    name : str
        Name of the module.
    weights : tuple of int
        Weight of each synapse.
    threshold : int
        Sum at which it fires.
    membrane : Membrane
        Leak and reset.
    fraction_bits : int
        Bits of a potential below the point, at least those of the membrane.
    noise_width : int
        Bits of the noise, sign included.

    Raises
    ------
    ValueError
        If the leak is 1, so that noise could take the membrane anywhere, or the bits are too few.
    """
    if membrane.leak == 1:
        raise InputError("Leak must be below 1 where there is noise, not 1")
    if fraction_bits < membrane.fraction_bits:
        raise InputError(
            f"Fraction bits must be at least {membrane.fraction_bits}, not {fraction_bits}"
        )
    # Two synapses as strong as the noise make room for it.
    reach = 1 << max(0, noise_width - 1 - fraction_bits)
    parameters = CellParameters(
        weights=(*weights, reach, -reach),
        threshold=neuron_level(threshold),
        leak=membrane.leak,
        reset=membrane.reset,
        bias=neuron_bias(threshold),
        fraction_bits=fraction_bits,
    )
    noise = f"    input  wire signed [{noise_width - 1}:0] noise,"
    ports = _ports(name, len(weights), ("clk", "rst", "discharge"))
    return "\n".join(
        (
            *kind_comment(weights, threshold),
            *ports[:-2],
            noise,
            *ports[-2:],
            *_membrane_lines(parameters, len(weights), noise_width),
            "endmodule",
            "",
        )
    )


def _ports(name: str, count: int, controls: Sequence[str]) -> list[str]:
    indent = " " * len(f"[{count - 1}:0] ") if count > 1 else ""
    synapses = f"[{count - 1}:0] " if count > 1 else ""
    return [
        f"module {name} (",
        *(f"    input  wire {indent}{control}," for control in controls),
        f"    input  wire {synapses}x,",
        f"    output reg  {indent}spike",
        ");",
    ]


def _membrane_lines(
    p: CellParameters, synapses: int | None = None, noise_width: int = 0
) -> Iterator[str]:
    """Yield the body; ``synapses`` says how many of the weights are synapses, if not all.

    With a ``noise_width`` there is an input ``noise`` of so many bits.
    """
    share, whole = p.leak.numerator, p.leak.denominator
    # Wide enough for every value on the way, so that no sum wraps and all have the same width.
    low, high = p.low + p.least_current, p.high + p.greatest_current
    width = max(width_of(low, high), width_of(p.low * share, p.high * share + whole))
    level = f"{width}'sd{p.threshold_units}"
    extend = width - p.membrane_width
    is_kept = p.leak > 0
    bias = f", bias {p.bias * p.unit}" if p.bias else ""
    yield f"    // In units of 1/{p.unit}: level {p.threshold_units}{bias}. The product with"
    yield f"    // the leak, {p.leak}, is rounded toward zero."
    yield f"    reg signed [{p.membrane_width - 1}:0] membrane;"
    if is_kept:
        yield f"    wire signed [{width - 1}:0] held ="
        yield (
            f"        discharge ? {width}'sd0 : "
            f"{{{{{extend}{{membrane[{p.membrane_width - 1}]}}}}, membrane}};"
        )
        remaining = "held" if share == 1 else f"held * {width}'sd{share}"
        if whole > 1:
            remaining = (
                f"({remaining} + (held[{width - 1}] ? {width}'sd{whole - 1} : {width}'sd0))"
                f" >>> {whole.bit_length() - 1}"
            )
        yield f"    wire signed [{width - 1}:0] leaked = {remaining};"
    else:
        yield "    wire unused = &{discharge, membrane};"
    yield f"    wire signed [{width - 1}:0] total ="
    base = [*["leaked"] * is_kept, *[f"{width}'sd{p.bias * p.unit}"] * (p.bias > 0)]
    terms = ["        " + (" + ".join(base) or f"{width}'sd0")]
    count = len(p.weights) if synapses is None else synapses
    for index, weight in enumerate(p.weights[:count]):
        synapse = f"x[{index}]" if count > 1 else "x"
        drive = f"({synapse} ? {width}'sd{abs(weight) * p.unit} : {width}'sd0)"
        terms.append(f"        {'-' if weight < 0 else '+'} {drive}")
    if noise_width:
        copies = f"{{{width - noise_width}{{noise[{noise_width - 1}]}}}}"
        terms.append(f"        + $signed({{{copies}, noise}})")
    yield "\n".join(terms) + ";"
    yield f"    wire fires = total >= {level};"
    rest = f"total - {level}" if p.reset == "soft" else f"{width}'sd0"
    yield f"    wire signed [{width - 1}:0] left = fires ? {rest} : total;"
    after = f"left[{p.membrane_width - 1}:0]"
    if p.leak == 1:  # nothing else bounds the potential
        yield f"    wire too_high = left > {width}'sd{p.high};"
        yield f"    wire too_low = left < -{width}'sd{-p.low};"
        after = (
            f"too_high ? {p.membrane_width}'sd{p.high} : "
            f"too_low ? -{p.membrane_width}'sd{-p.low} : {after}"
        )
    elif extend:
        yield f"    wire unused_left = &left[{width - 1}:{p.membrane_width}];"
    yield "    always @(posedge clk) begin"
    yield "        spike <= rst ? 1'b0 : fires;"
    yield f"        membrane <= rst ? {p.membrane_width}'sd0 : {after};"
    yield "    end"
