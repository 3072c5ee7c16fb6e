# SPDX-License-Identifier: Apache-2.0
"""What is written above the Verilog of a design: what it is, and the command that makes it."""

import shlex
from pathlib import PurePath

from spikefloat.rtl_gen.designs.hardware import Hardware, make_hardware
from spikefloat.rtl_gen.designs.instance import Instance
from spikefloat.rtl_gen.designs.options import HardwareOptions, Style
from spikefloat.rtl_gen.designs.saved import SavedCircuit
from spikefloat.rtl_gen.designs.shapes import LayerShape, VectorShape
from spikefloat.rtl_gen.formats import Overflow
from spikefloat.rtl_gen.neurons.gates import Library
from spikefloat.rtl_gen.rtl.array.sizes import DEFAULT_LEVELS

__all__ = ["command_line", "design_hardware", "header_lines", "instance_summary"]

_OVERFLOW = {
    Overflow.NAN: "non-saturating (infinity where the format has one, else NaN)",
    Overflow.SATURATE: "saturating (largest finite value)",
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
        words = ["spikefloat", "verilog", instance.path, *_hardware_words(instance.hardware)]
        file = PurePath(instance.path).name
        return (
            f"circuit of the file {file}",
            f"made by: {shlex.join(words)}",
        )
    circuit = instance.circuit
    formats = circuit.format.name + (f" to {circuit.to.name}" if circuit.to else "")
    lines = [f"{instance_summary(instance)} ({formats})"]
    lines.append(f"overflow: {_OVERFLOW[circuit.overflow]}")
    if instance.hardware.style is not Style.TEMPORAL:
        lines.append(f"library: {circuit.library} gates, budget {circuit.budget}")
    return (*lines, f"made by: {command_line('verilog', instance)}")


def instance_summary(instance: Instance) -> str:
    """Return what an instance computes, in a line.

    Of two values of e8m0fnu none has an even digit. There IEEE 754-2019 (4.3.1) takes the larger.
    """
    summary = instance.design.summary
    if instance.circuit.to is not None and instance.circuit.to.mantissa_bits == 0:
        return summary.replace("to nearest even", "to nearest, ties to the larger value")
    return summary


def command_line(command: str, instance: Instance) -> str:
    """Return the command that repeats an instance."""
    circuit = instance.circuit
    words = ["spikefloat", command, instance.design.name, "--format", circuit.format.name]
    words += ["--to", circuit.to.name] if circuit.to else []
    words += ["--overflow", circuit.overflow.value, "--library", circuit.library]
    if circuit.library is Library.NATIVE:
        words += ["--budget", circuit.budget.name, "--objective", circuit.objective]
    words += _shape_words(instance)
    return " ".join(words + _hardware_words(instance.hardware))


def _shape_words(instance: Instance) -> list[str]:
    shape = instance.shape
    if shape is None:
        return []
    words = ["--length", str(shape.length)] if isinstance(shape, VectorShape) else []
    words += ["--accumulate", shape.accumulate]
    words += ["--node-format", shape.wide.name] if shape.wide else []
    return words + (_layer_words(shape) if isinstance(shape, LayerShape) else [])


def _layer_words(layer: LayerShape) -> list[str]:
    if layer.layers:
        words = ["--weights", shlex.quote(layer.source)]
        words += ["--until", shlex.quote(layer.until)] if layer.until is not None else []
    else:
        words = ["--inputs", str(layer.inputs), "--outputs", str(layer.outputs)]
    # The activations of a model need not be given again.
    if not layer.source.endswith(".onnx"):
        words += ["--activation", ",".join(layer.activations)]
    if layer.lanes is not None:
        words += ["--shape", "array", "--lanes", "{}x{}".format(*layer.lanes)]
        words += ["--levels", str(layer.levels)] if layer.levels != DEFAULT_LEVELS else []
    return words


def _hardware_words(hardware: HardwareOptions) -> list[str]:
    usual = HardwareOptions()
    words = []
    for name in ("style", "residue", "leak", "delays", "stages", "backend"):
        value = getattr(hardware, name)
        if value != getattr(usual, name):
            words += [f"--{name}", str(value)]
    return words + (["--stream"] if hardware.is_stream else [])
