# SPDX-License-Identifier: Apache-2.0
"""Which designs can be proved, and by which method; others are refused by a sentence."""

from enum import StrEnum

from spikefloat.rtl_gen.checks.proving.references import COMPARISONS, MODES, carrier
from spikefloat.rtl_gen.designs.design import Kind
from spikefloat.rtl_gen.designs.instance import Instance
from spikefloat.rtl_gen.designs.options import Delays, HardwareOptions, Style
from spikefloat.rtl_gen.designs.rounding import Flags
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import Overflow
from spikefloat.rtl_gen.neurons.residue import Residue

__all__ = ["MOST_INPUTS", "THEORY", "Method", "method_of"]

#: Up to this number of input bits every pattern is tried.
MOST_INPUTS = 24
_EXTREMES = ("minimum", "maximum", "minimum_number", "maximum_number")
#: Operations that have a reference in the float theory of the solver.
THEORY = (
    "multiply",
    "divide",
    "square_root",
    "add",
    "subtract",
    "convert",
    *COMPARISONS,
    "unordered",
    *_EXTREMES,
)


class Method(StrEnum):
    """How a design is proved."""

    EVERY_PATTERN = "every pattern"
    THEORY = "float theory"
    PRODUCT = "float theory behind the product"
    QUOTIENT = "float theory behind the quotient"
    ROOT = "float theory behind the root"


#: Of these the significands are looked at by themselves.
_CUT = {"multiply": Method.PRODUCT, "divide": Method.QUOTIENT, "square_root": Method.ROOT}


def method_of(instance: Instance) -> Method:
    """Return how an instance can be proved.

    Raises
    ------
    InputError
        If it cannot, yet.
    """
    name, circuit, hardware = instance.design.name, instance.circuit, instance.hardware
    if instance.design.kind is not Kind.OPERATION or instance.shape is not None:
        raise InputError(f"Design to be proved must be an operation on floats, not {name}")
    if (what := _other_hardware(hardware)) is not None:
        raise InputError(
            "Hardware to be proved must be --style spatial, or spiking with every membrane "
            f"discharged and delays in registers, without streams, not {what}"
        )
    if instance.graph.input_count <= MOST_INPUTS:
        return Method.EVERY_PATTERN
    reason = _obstacle(instance)
    if reason:
        raise InputError(
            f"{name} of {circuit.format.name} cannot be proved yet, {reason}; try it with "
            "`spikefloat verify`"
        )
    return _CUT.get(name, Method.THEORY)


def _other_hardware(hardware: HardwareOptions) -> str | None:
    """Return what of the hardware is not that of a pipeline, as an option, or None."""
    if hardware.is_stream:
        return "--stream"
    if hardware.style not in (Style.SPATIAL, Style.SPIKING):
        return f"--style {hardware.style}"
    if hardware.residue is not Residue.DISCHARGE:
        return f"--residue {hardware.residue}"
    if hardware.delays is not Delays.REGISTERS:
        return f"--delays {hardware.delays}"
    return None


def _obstacle(instance: Instance) -> str | None:
    """Return why more input bits than can all be tried are too many, or None."""
    name, circuit = instance.design.name, instance.circuit
    rounding = circuit.rounding
    if name not in THEORY:
        return (
            f"as it has {instance.graph.input_count} input bits; with more than {MOST_INPUTS} there "
            f"are {', '.join(THEORY)}"
        )
    if circuit.is_mixed:
        return "as its operands have formats of their own"
    for fmt in (circuit.format, circuit.result_format):
        if carrier(fmt) is None:
            return f"as the solver has no format such as {fmt.name}"
    if not instance.design.takes_rounding:
        return None
    if rounding.mode not in MODES:
        modes = ", ".join(mode.value for mode in MODES)
        return f"as the solver rounds {modes}, not {rounding.mode_name}"
    if rounding.flags is not Flags.NONE:
        return "as the solver has no flags"
    if instance.design.rounds and circuit.overflow is not Overflow.NAN:
        return "as the solver has no saturation"
    return None
