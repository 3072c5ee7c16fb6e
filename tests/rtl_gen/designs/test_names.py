# SPDX-License-Identifier: Apache-2.0
"""Names of modules: those that differ have different names, and so have all that are inside."""

import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import chain, combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spikefloat.rtl_gen.designs.catalog import entries
from spikefloat.rtl_gen.designs.cells import CellInstance
from spikefloat.rtl_gen.designs.design import Design
from spikefloat.rtl_gen.designs.hardware import make_hardware, obstacle
from spikefloat.rtl_gen.designs.header import design_hardware
from spikefloat.rtl_gen.designs.instance import Instance, make_instance
from spikefloat.rtl_gen.designs.options import CircuitOptions, Style
from spikefloat.rtl_gen.designs.shapes import make_layer_shape
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import FORMATS, Overflow
from spikefloat.rtl_gen.rtl.cells.cell_parameters import CellParameters
from spikefloat.rtl_gen.rtl.cells.codec_parameters import CodecParameters
from spikefloat.rtl_gen.rtl.text.kinds import parse_kind_name
from spikefloat.rtl_gen.weights.parameters import make_layer
from tests.helpers.yosys import run_yosys

#: One value other than the usual one, or several, for each option of a circuit.
OPTIONS: tuple[dict[str, Any], ...] = (
    {"overflow": "saturate"},
    {"overflow": "saturate-finite"},
    {"library": "published"},
    *({"budget": budget} for budget in ("w1", "w8", "free")),
    *({"objective": objective} for objective in ("neurons", "depth")),
    *({"rounding": rounding} for rounding in ("rtz", "port", "stochastic-a", "stochastic-b")),
    {"rounding": "stochastic-a", "random_bits": 3},
    {"flags": "after"},
    {"flags": "before"},
    {"nan": "canonical"},
    {"format_2": "e5m2"},
    {"to": "e5m2"},
    {"to": "binary16"},
    {"accumulate": "tree"},
    {"accumulate": "wide"},
    {"accumulate": "wide", "wide": "binary16"},
    {"length": 3},
)
HARDWARE: tuple[dict[str, Any], ...] = (
    {"stages": 1},
    {"stages": 2},
    {"style": "temporal"},
    {"style": "spiking"},
    {"style": "spiking", "delays": "memory"},
    {"style": "spiking", "residue": "hard"},
    {"style": "spiking", "residue": "leak"},
    {"style": "spiking", "residue": "leak", "leak": Fraction(1, 4)},
    {"style": "spiking", "residue": "hard", "leak": Fraction(1, 4)},
)

#: What goes through Amaranth takes its time.
SLOW_HARDWARE: tuple[dict[str, Any], ...] = (
    {"is_stream": True},
    {"is_stream": True, "stages": 1},
    {"is_stream": True, "style": "spiking"},
    {"backend": "amaranth"},
)

LAYERS: tuple[dict[str, Any], ...] = (
    {"inputs": 3},
    {"activation": "relu"},
    {"lanes": (2, 2)},
    {"lanes": (2, 1)},
    {"lanes": (2, 2), "levels": 3},
    *(
        {"layers": [make_layer(FORMATS["e4m3fn"], np.full((2, 4), weight), bias)]}
        for weight in (0.5, 1.0)
        for bias in (None, np.zeros(2), np.ones(2))
    ),
    *(
        {
            "layers": [make_layer(FORMATS["e4m3fn"], np.ones((2, 2)))] * 2,
            "activation": activation,
        }
        for activation in (None, "none,relu", "none,none")
    ),
)


def variants(name: str, hardware: Sequence[dict[str, Any]], most: int) -> Iterator[Instance]:
    """Yield instances of a design with at most so many options that are not the usual ones."""
    options = [*OPTIONS, *hardware]
    if name == "linear":
        options += [{"layer": make_layer_shape(**given)} for given in LAYERS]
    for chosen in chain.from_iterable(combinations(options, n) for n in range(most + 1)):
        own = {key: value for option in chosen for key, value in option.items()}
        if len(own) < sum(map(len, chosen)):
            continue
        try:
            yield make_instance(name, **own)
        except InputError:  # The design does not have the option, or not with the other one.
            continue


def essence(instance: Instance) -> object:
    """Return what decides on the Verilog of an instance."""
    circuit = instance.circuit
    if not instance.design.rounds:
        circuit = replace(circuit, overflow=Overflow.NAN)
    if instance.hardware.style is Style.TEMPORAL:  # It is not made of gates.
        circuit = CircuitOptions(format=circuit.format, to=circuit.to, overflow=circuit.overflow)
    return instance.design.name, circuit, instance.shape, instance.hardware


@pytest.mark.slow
def test_other_options_other_names() -> None:
    """Over the whole catalogue, for each option and every two of them."""
    essences: dict[str, object] = {}
    for name, design in entries(Design).items():
        if "e4m3fn" in design.formats:
            for instance in variants(name, (*HARDWARE, *SLOW_HARDWARE), 2):
                own = essence(instance)
                assert essences.setdefault(instance.name, own) == own, instance.name
                assert re.fullmatch(r"[a-z]\w*", instance.name, re.ASCII)
    assert len(essences) > 5000
    assert {"multiply_e4m3fn_saturate", "multiply_e4m3fn_w8", "multiply_e4m3fn"} <= set(essences)


def modules(text: str) -> set[str]:
    return set(re.findall(r"^module (\S+)", text, re.M))


def test_modules_inside_have_different_names() -> None:
    """No module of one file is in another, whatever the other has."""
    owners: dict[str, str] = {}
    for name in ("multiply", "convert"):
        for instance in variants(name, HARDWARE, 1):
            if obstacle(instance) or len(instance.graph.neurons) > 500:
                continue
            for module in modules(make_hardware(instance).verilog):
                assert owners.setdefault(module, instance.name) == instance.name, module
    assert len(set(owners.values())) > 40


CELLS = [
    CellInstance(design="neuron", parameters=CellParameters(**own))
    for base in [{"weights": (1, 1), "threshold": Fraction(3, 2)}]
    for own in (
        base,
        base | {"weights": (2, -1)},
        base | {"weights": (2, -1, -5)},
        base | {"weights": (2, -1), "membrane_width": 9},
        base | {"weights": (1,) * 5},
        base | {"weights": (1,) * 6},
        base | {"threshold": 2},
        base | {"threshold": 2, "fraction_bits": 1},
        base | {"leak": Fraction(1, 2)},
        base | {"leak": Fraction(1, 2), "reset": "hard"},
        base | {"bias": -1},
        base | {"bias": 1},
        base | {"membrane_width": 20},
    )
] + [
    CellInstance(design=design, parameters=CodecParameters(fmt=FORMATS[fmt], **own))
    for design in ("encoder", "decoder")
    for fmt in ("e4m3fn", "e5m2")
    for own in (
        {"overflow": Overflow.NAN},
        {"overflow": Overflow.SATURATE},
        {"overflow": Overflow.NAN, "integer_bits": 5},
        {"overflow": Overflow.NAN, "fraction_bits": 5},
    )
]


def test_names_of_cells() -> None:
    names = [cell.name for cell in CELLS]
    assert names[:2] == ["neuron", "neuron_w2_m1"]
    assert {"encoder_e4m3fn", "encoder_e4m3fn_saturate", "decoder_e5m2_i5"} <= set(names)
    assert len(set(names)) == len(CELLS) - 2  # Nothing overflows in a decoder.
    assert not any(parse_kind_name(name) for name in names)


@pytest.mark.tool
def test_variants_in_one_run(tmp_path: Path) -> None:
    """Icarus and Yosys take two variants of each of some designs together."""
    layer = make_layer(FORMATS["e4m3fn"], np.eye(2))
    texts = [
        design_hardware(make_instance(name, **own)).verilog
        for name, options in (
            ("multiply", ({}, {"overflow": "saturate"}, {"objective": "neurons"})),
            ("add", ({"is_stream": True}, {"is_stream": True, "library": "published"})),
            (
                "linear",
                (
                    {"layer": make_layer_shape([layer])},
                    {"layer": make_layer_shape([replace(layer, bias=(1, 2))])},
                ),
            ),
        )
        for own in options
    ]
    (tmp_path / "all.v").write_text("".join(texts))
    subprocess.run(["iverilog", "-g2005", "-o", "all", "all.v"], cwd=tmp_path, check=True)
    run_yosys("read_verilog all.v; hierarchy -check", tmp_path)
