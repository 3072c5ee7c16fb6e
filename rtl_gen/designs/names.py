# SPDX-License-Identifier: Apache-2.0
"""Names of modules: the design, its formats, and a word for each option that is not the usual one.

Modules that differ have different names, so that they may stand in one project. A word says what an
option is; where there is none, as for weights, it is a hash of them.
"""

import dataclasses
import hashlib
import re
from collections.abc import Iterable
from enum import Enum
from fractions import Fraction

from spikefloat.rtl_gen.designs.design import Design
from spikefloat.rtl_gen.designs.options import CircuitOptions, HardwareOptions
from spikefloat.rtl_gen.designs.shapes import BlockLayerShape, LayerShape, Shape
from spikefloat.rtl_gen.formats import Format, Overflow, resolve_overflow
from spikefloat.rtl_gen.rtl.cells.cell_parameters import CellParameters
from spikefloat.rtl_gen.rtl.cells.codec_parameters import CodecParameters

__all__ = ["cell_name", "circuit_name", "hardware_suffix", "with_words", "word"]

#: The cell that is called ``neuron``.
_USUAL_CELL = CellParameters(weights=(1, 1), threshold=Fraction(3, 2))

#: What stands before the value of each parameter of a cell.
_CELL_WORDS = {
    "weights": "w",
    "threshold": "t",
    "leak": "leak",
    "reset": "",
    "bias": "bias",
    "fraction_bits": "f",
    "membrane_width": "membrane",
}

#: Most weights of a cell that its name spells.
_SPELLED_WEIGHTS = 4

_HASH_DIGITS = 8


def word(value: object) -> str:
    """Return a value as it may stand in a name: ``saturate_finite``, ``5_2``, ``m1`` for -1."""
    text = str(value.value if isinstance(value, Enum) else value)
    return re.sub(r"\W", "_", re.sub(r"^-", "m", text))


def with_words(name: str, words: Iterable[str]) -> str:
    """Return a name with words behind it."""
    return "_".join((name, *words))


def circuit_name(design: Design, circuit: CircuitOptions, shape: Shape | None) -> str:
    """Return the name of a circuit: ``multiply_e4m3fn``, ``multiply_e4m3fn_saturate_w8``."""
    name = f"{design.name}{shape.name if shape else ''}"
    if design.has_floats:
        name += f"_{circuit.format.name}"
    if any(other != circuit.format for other in circuit.others):
        name = with_words(name, (other.name for other in circuit.others))
    if circuit.second:
        name += f"_or_{circuit.second.name}"
    if circuit.to and not (shape and circuit.to == circuit.format):
        name += f"_to_{circuit.to.name}"
    if design.rounds:
        name = with_words(name, _overflow_words(circuit.result_format, circuit.overflow))
    words = [
        value
        for value, usual in (
            (circuit.nan.value, CircuitOptions.nan.value),
            (circuit.library.value, CircuitOptions.library),
            (circuit.budget.name, CircuitOptions.budget.name),
            (circuit.objective.value, CircuitOptions.objective),
        )
        if value != usual
    ]
    if isinstance(shape, LayerShape) and shape.layers:
        words.append(f"weights_{_hash([(layer.weight, layer.bias) for layer in shape.layers])}")
    if isinstance(shape, BlockLayerShape):
        words.append(f"weights_{_hash(dataclasses.astuple(shape.weights))}")
    if design.function is not None:
        words.append(design.function.digest(circuit.format))
    return with_words(name + circuit.rounding.suffix, words)


def hardware_suffix(options: HardwareOptions) -> str:
    """Return what a module has behind the name of its circuit: ``_p2_stream``, ``_spiking_hard``."""
    words = [
        word(getattr(options, name))
        for name in ("style", "residue", "delays", "backend")
        if getattr(options, name) is not getattr(HardwareOptions, name)
    ]
    words += [f"leak{word(options.leak)}"] if options.leak is not None else []
    words += [f"p{options.stages}"] if options.stages else []
    words += ["stream"] if options.is_stream else []
    words += ["axi"] if options.has_axi_reset else []
    return with_words("", words)


def cell_name(design: str, parameters: CellParameters | CodecParameters) -> str:
    """Return the name of a cell: ``neuron_t3_hard``, ``encoder_e4m3fn_i5``."""
    if isinstance(parameters, CodecParameters):
        words = [parameters.fmt.name]
        if design == "encoder":
            words += _overflow_words(parameters.fmt, parameters.overflow)
        for name in ("integer_bits", "fraction_bits"):
            bits = getattr(parameters, name)
            words += [f"{name[0]}{bits}"] if bits != getattr(CodecParameters, name) else []
        return with_words(design, words)
    usual = vars(_USUAL_CELL) | {
        "fraction_bits": parameters.usual_fraction_bits,
        "membrane_width": parameters.usual_membrane_width,
    }
    words = []
    for name, prefix in _CELL_WORDS.items():
        value = getattr(parameters, name)
        if value == usual[name]:
            continue
        if name == "weights":
            is_short = len(value) <= _SPELLED_WEIGHTS
            value = "_".join(map(word, value)) if is_short else f"_{_hash(value)}"
        words.append(prefix + word(value))
    return with_words(design, words)


def _overflow_words(fmt: Format, overflow: Overflow) -> list[str]:
    return [word(overflow)] * (overflow is not resolve_overflow(fmt, None))


def _hash(value: object) -> str:
    """Return a few digits that stand for numbers; the same ones on every machine."""
    return hashlib.sha256(repr(value).encode()).hexdigest()[:_HASH_DIGITS]
