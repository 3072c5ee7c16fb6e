# SPDX-License-Identifier: Apache-2.0
"""Circuits of functions: their tables as neurons, with every mode as an operand, and flags."""

import numpy as np
import pytest

from spikefloat.rtl_gen.circuits.parts.lookup import look_up
from spikefloat.rtl_gen.designs.hardware import make_hardware
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.formats import PORT_CODES, Rounding, find_format
from spikefloat.rtl_gen.neurons.circuit import build_graph
from spikefloat.sim.golden.functions import function
from spikefloat.sim.golden.rounding import Rounder
from spikefloat.sim.graphs.network import Network

E4M3FN = find_format("e4m3fn")


@pytest.mark.parametrize("library", ["native", "published"])
def test_look_up(library: str) -> None:
    entries = np.random.default_rng(3).integers(0, 8, 32)
    graph = build_graph(
        "table",
        {"a": 5},
        lambda gates, a: look_up(gates, entries, a, 3),
        **({} if library == "native" else {"library": library}),
    )
    assert Network(graph).run({"a": np.arange(32)})["y"].tolist() == entries.tolist()


def test_wrong_tables() -> None:
    def build(entries: list[int]) -> None:
        build_graph("table", {"a": 2}, lambda gates, a: look_up(gates, entries, a, 3))

    with pytest.raises(ValueError, match=r"^Table must have 4 entries, .*, not the shape \(3,\)$"):
        build([1, 2, 3])
    with pytest.raises(
        ValueError, match="^Entries of a table must be from 0 to 7, not from 1 to 8$"
    ):
        build([1, 2, 3, 8])


@pytest.mark.parametrize("name", ["exp", "log", "gelu"])
def test_mode_as_operand_and_flags(name: str) -> None:
    instance = make_instance(name, format="e4m3fn", to="e4m3fn", rounding="port", flags="after")
    a, port = (axis.ravel() for axis in np.meshgrid(np.arange(256), np.arange(8)))
    actual = Network(instance.graph).run({"a": a, "rounding": port})
    for code in range(8):
        mode = PORT_CODES[code] if code < len(PORT_CODES) else Rounding.NEAREST_EVEN
        right = function(name, E4M3FN, E4M3FN, np.arange(256), "nan", Rounder(mode))
        where = port == code
        assert (actual["y"][where] == right.codes).all()
        assert (actual["flags"][where] == right.flags).all()


def test_random_bits() -> None:
    instance = make_instance(
        "tanh", format="e4m3fn", to="e4m3fn", rounding="stochastic-b", random_bits=4
    )
    a, random = (axis.ravel() for axis in np.meshgrid(np.arange(256), np.arange(16)))
    actual = Network(instance.graph).run({"a": a, "random": random})["y"]
    right = function("tanh", E4M3FN, E4M3FN, a, "nan", Rounder(Rounding.STOCHASTIC_B, random, 4))
    assert (actual == right.codes).all()


def test_too_many_random_bits() -> None:
    with pytest.raises(
        ValueError, match="^Random bits of tanh must be at most 8 for e4m3fn, not 9$"
    ):
        make_hardware(
            make_instance(
                "tanh", format="e4m3fn", to="e4m3fn", rounding="stochastic-a", random_bits=9
            )
        )
