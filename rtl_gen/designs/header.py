# SPDX-License-Identifier: Apache-2.0
"""What is written above the Verilog of a design: what it is, and the command that makes it."""

import shlex
from pathlib import PurePath

from spikefloat.rtl_gen.circuits.parts.rounding_modes import FLAGS
from spikefloat.rtl_gen.designs.exploration import tighter_budget
from spikefloat.rtl_gen.designs.hardware import Hardware, make_hardware
from spikefloat.rtl_gen.designs.instance import Instance
from spikefloat.rtl_gen.designs.options import HardwareOptions, Style
from spikefloat.rtl_gen.designs.rounding import Flags, RoundingOptions
from spikefloat.rtl_gen.designs.saved import SavedCircuit
from spikefloat.rtl_gen.designs.shapes import (
    BlockLayerShape,
    BlockShape,
    ElementsShape,
    LayerShape,
    PortRole,
    PortShape,
    VectorShape,
)
from spikefloat.rtl_gen.formats import PORT_CODES, NanPolicy, Overflow, Rounding
from spikefloat.rtl_gen.formats.operation_codes import OPERATION_CODES
from spikefloat.rtl_gen.neurons.gates import Library
from spikefloat.rtl_gen.rtl.array.sizes import DEFAULT_LEVELS

__all__ = ["command_line", "design_hardware", "header_lines", "instance_summary"]

#: Ways to round, as the summary of a design says them; None is an operand's choice.
ROUNDING_WORDS = {
    None: "as the operand rounding says",
    Rounding.TOWARD_ZERO: "toward zero",
    Rounding.DOWN: "down",
    Rounding.UP: "up",
    Rounding.NEAREST_AWAY: "to nearest, ties away from zero",
    Rounding.ODD: "to odd",
    Rounding.STOCHASTIC_A: "stochastically (A of P3109)",
    Rounding.STOCHASTIC_B: "stochastically (B of P3109)",
    Rounding.STOCHASTIC_C: "stochastically (C of P3109)",
    Rounding.NEAREST_EVEN_CODE: "to nearest, ties to the even code",
}

_OVERFLOW = {
    Overflow.NAN: "non-saturating (infinity where the format has one, else NaN)",
    Overflow.SATURATE: "saturating (largest finite value)",
    Overflow.SATURATE_FINITE: "saturating, infinities too (largest finite value)",
}


def design_hardware(instance: Instance | SavedCircuit, module: str | None = None) -> Hardware:
    """Return an instance of a design as hardware, with a header that says how to make it again.

    Parameters
    ----------
    instance : Instance or SavedCircuit
        What to build.
    module : str, optional
        Name of the top module; by default that of the instance.

    Raises
    ------
    InputError
        If the style is not supported for the design, or there are more stages than it can use.
    """
    return make_hardware(instance, module=module, header=header_lines(instance))


def header_lines(instance: Instance | SavedCircuit) -> tuple[str, ...]:
    """Return the lines above the Verilog of an instance."""
    if isinstance(instance, SavedCircuit):
        file = PurePath(instance.path).name
        return (
            f"circuit of the file {file}",
            *(f"found by: {command}" for command in instance.history),
            f"made by: {command_line('verilog', instance)}",
        )
    circuit = instance.circuit
    lines = [f"{instance_summary(instance)} ({_format_words(instance)})"]
    if _says_overflow(instance):
        lines.append(f"overflow: {_OVERFLOW[circuit.overflow]}")
    lines += _rounding_lines(circuit.rounding)
    lines += _element_lines(instance)
    if "op" in instance.design.operands:
        codes = ", ".join(f"{code} {name}" for code, name in enumerate(OPERATION_CODES))
        lines.append(f"op: {codes}; the other codes give zero, without flags")
    if circuit.second:
        lines.append(f"format: 0 {circuit.format.name}, 1 {circuit.second.name}")
    if instance.hardware.style is not Style.TEMPORAL:
        lines.append(f"library: {circuit.library} gates, budget {circuit.budget}")
        if kept := tighter_budget(instance):
            lines.append(f"no better circuit is known than that of budget {kept.name}")
    # The weights of a user's network are not ours to license, nor is a function.
    shape = instance.shape
    has_weights = isinstance(shape, BlockLayerShape) or (
        isinstance(shape, LayerShape) and bool(shape.layers)
    )
    if not has_weights and instance.design.function is None:
        lines.append("SPDX-License-Identifier: Apache-2.0")
    return (*lines, f"made by: {command_line('verilog', instance)}")


def _says_overflow(instance: Instance) -> bool:
    """Tell whether the overflow policy is a matter of a circuit."""
    design = instance.design
    return not _has_codes(instance) and (design.rounds or not design.roles)


def _format_words(instance: Instance) -> str:
    """Return the formats of operands and, where it is another, of the result."""
    circuit = instance.circuit
    names = [fmt.name for fmt in (circuit.format, *circuit.others)]
    target = circuit.to.name if circuit.to else ""
    if isinstance(instance.shape, BlockShape):
        block = instance.shape.block.name
        if not instance.design.has_floats:
            return block
        names, target = ([circuit.format.name], block) if not target else ([block], target)
    either = f" or {circuit.second.name}" if circuit.second else ""
    return ", ".join(names) + either + (f" to {target}" if target else "")


def instance_summary(instance: Instance) -> str:
    """Return what an instance computes, in a line.

    Of two values of e8m0fnu none has an even digit. There IEEE 754-2019 (4.3.1) takes the larger.
    """
    summary = instance.design.summary
    rounding = instance.circuit.rounding
    if rounding.mode is not Rounding.NEAREST_EVEN:
        usual, words = "to nearest even", ROUNDING_WORDS[rounding.mode]
        if usual not in summary:
            return f"{summary}; rounded {words}"
        summary = summary.replace(usual, words)
    if instance.circuit.to is not None and not instance.circuit.to.has_zero:
        return summary.replace("to nearest even", "to nearest, ties to the larger value")
    return summary


def _has_codes(instance: Instance) -> bool:
    """Tell whether an instance is a table of codes, which nothing rounds."""
    own = instance.design.function
    return own is not None and own.has_codes


def _element_lines(instance: Instance) -> list[str]:
    """Return where each element of a vector is; an array of lanes has streams, and says it there."""
    shape, width = instance.shape, instance.circuit.format.width
    if shape is None or instance.is_array:
        return []
    if isinstance(shape, PortShape):
        return _port_lines(instance, shape)
    lines = [f"elements: code i of a vector is [{width} * i +: {width}] of its port"]
    if isinstance(shape, LayerShape) and (own := instance.circuit.result_format.width) != width:
        lines[0] += f", and [{own} * i +: {own}] of y"
    if isinstance(shape, LayerShape) and not shape.layers:
        lines.append(
            f"w: rows one after the other, that of output o begins with code {shape.inputs} * o"
        )
    return lines


def _port_lines(instance: Instance, shape: PortShape) -> list[str]:
    """Return what ports carry, and where each element is; and what is to be said of a vector."""
    lines = []
    for name, codes in instance.ports.items() if not instance.takes_elements else ():
        own, what = codes.format.width, codes.format.name
        if not codes.is_vector:
            lines.append(f"{name}: {what}")
        elif instance.design.roles[name] in (PortRole.SCALES, PortRole.SUMS, PortRole.FLAGS):
            lines.append(f"{name}: {what}, that of block i is [{own} * i +: {own}]")
        elif instance.design.roles[name] is PortRole.OUTPUTS:
            lines.append(f"{name}: {what}, that of output i is [{own} * i +: {own}]")
        elif isinstance(shape, BlockShape):
            inner = f"element j of block i is [{own} * ({shape.size} * i + j) +: {own}]"
            lines.append(f"{name}: {what}, {inner}")
        else:
            element = "pair" if instance.design.roles[name] is PortRole.PAIRS else "element"
            lines.append(f"{name}: {what}, that of {element} i is [{own} * i +: {own}]")
    if record := instance.design.vector:
        if isinstance(shape, ElementsShape) and shape.epsilon is not None:
            lines.append(f"epsilon: {shape.epsilon}, which is {float(shape.epsilon):.9g}")
        circuit = instance.circuit
        way = ROUNDING_WORDS.get(circuit.rounding.mode, "to nearest even")
        lines += record.lines(circuit.format, circuit.result_format, way)
    return lines


def _rounding_lines(rounding: RoundingOptions) -> list[str]:
    """Return what is to be said of ports that only some circuits have."""
    lines = []
    if rounding.mode is None:
        codes = ", ".join(f"{code} {mode.value}" for code, mode in enumerate(PORT_CODES))
        lines.append(f"rounding: {codes}; the other codes as 0")
    if rounding.random_bits:
        lines.append(f"random: {rounding.random_bits} bits, evenly distributed")
    if rounding.flags is not Flags.NONE:
        names = ", ".join(f"{index} {name}" for index, name in enumerate(FLAGS))
        lines.append(f"flags: bits {names}; tiny {rounding.flags} rounding")
    return lines


def command_line(command: str, instance: Instance | SavedCircuit) -> str:
    """Return the command that repeats an instance, or the circuit of a file."""
    if isinstance(instance, SavedCircuit):
        return shlex.join(
            ["spikefloat", command, instance.path, *_hardware_words(instance.hardware)]
        )
    circuit, own = instance.circuit, instance.design.function
    words = ["spikefloat", command, instance.design.name]
    words += ["--format", circuit.format.name] if instance.design.has_format else []
    words += ["--function", shlex.quote(own.source)] if own else []
    for letter, other in zip("bc", circuit.others, strict=False):
        words += [f"--format-{letter}", other.name]
    words += ["--format-2", circuit.second.name] if circuit.second else []
    words += ["--to", circuit.to.name] if circuit.to else []
    if _says_overflow(instance):
        words += ["--overflow", circuit.overflow.value]
    words += ["--library", circuit.library]
    if circuit.library is Library.NATIVE:
        words += ["--budget", circuit.budget.name, "--objective", circuit.objective]
    rounding = circuit.rounding
    words += (
        ["--rounding", rounding.mode_name] if rounding.mode is not Rounding.NEAREST_EVEN else []
    )
    words += ["--random-bits", str(rounding.random_bits)] if rounding.random_bits else []
    words += ["--flags"] if rounding.flags is not Flags.NONE else []
    words += ["--tininess", "before"] if rounding.flags is Flags.BEFORE else []
    words += ["--nan", circuit.nan.value] if circuit.nan is not NanPolicy.KEEP else []
    words += _shape_words(instance)
    return " ".join(words + _hardware_words(instance.hardware))


def _shape_words(instance: Instance) -> list[str]:
    shape = instance.shape
    if shape is None:
        return []
    if isinstance(shape, BlockShape):
        return _block_words(shape)
    if isinstance(shape, ElementsShape):
        words = ["--length", str(shape.length)]
        return words + (["--epsilon", str(shape.epsilon)] if shape.epsilon is not None else [])
    words = ["--length", str(shape.length)] if isinstance(shape, VectorShape) else []
    words += ["--accumulate", shape.accumulate]
    words += ["--node-format", shape.wide.name] if shape.wide else []
    return words + (_layer_words(shape) if isinstance(shape, LayerShape) else [])


def _block_words(shape: BlockShape) -> list[str]:
    words = ["--block", shape.block.name]
    if shape.blocks > 1 and not isinstance(shape, BlockLayerShape):
        words += ["--blocks", str(shape.blocks)]
    words += ["--block-size", str(shape.size)] if shape.size != shape.block.size else []
    words += ["--scale-policy", shape.policy.value] if shape.policy else []
    words += ["--accumulate", "wide", "--node-format", shape.wide.name] if shape.wide else []
    if isinstance(shape, BlockLayerShape):
        words += ["--weights", shlex.quote(shape.source), "--activation", shape.activation]
        words += _lane_words(shape)
    return words


def _layer_words(layer: LayerShape) -> list[str]:
    if layer.layers:
        words = ["--weights", shlex.quote(layer.source)]
        words += ["--until", shlex.quote(layer.until)] if layer.until is not None else []
    else:
        words = ["--inputs", str(layer.inputs), "--outputs", str(layer.outputs)]
    # The activations of a model need not be given again.
    if not layer.source.endswith(".onnx"):
        words += ["--activation", ",".join(layer.activations)]
    return words + _lane_words(layer)


def _lane_words(layer: LayerShape | BlockLayerShape) -> list[str]:
    if layer.lanes is None:
        return []
    words = ["--shape", "array", "--lanes", "{}x{}".format(*layer.lanes)]
    return words + (["--levels", str(layer.levels)] if layer.levels != DEFAULT_LEVELS else [])


def _hardware_words(hardware: HardwareOptions) -> list[str]:
    usual = HardwareOptions()
    words = []
    for name in ("style", "residue", "leak", "delays", "stages", "backend"):
        value = getattr(hardware, name)
        if value != getattr(usual, name):
            words += [f"--{name}", str(value)]
    words += ["--stream"] if hardware.is_stream else []
    return words + (["--axi-reset"] if hardware.has_axi_reset else [])
