# SPDX-License-Identifier: Apache-2.0
"""The table of designs, and the sizes that were asked for."""

import numpy as np
import pytest

from spikefloat.rtl_gen.checks.targets import block_target
from spikefloat.rtl_gen.designs.catalog import CATALOGUE, entries, find_design
from spikefloat.rtl_gen.designs.design import Block, Design
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.neurons.metrics import measure
from spikefloat.sim.graphs.network import Network

#: Most neurons and greatest depth allowed: figures of the code release for the published library
#: (its depth is not limited), first goals for the native one.
LIMITS = {
    ("multiply", "published"): (912, None),
    ("multiply", "native"): (300, 60),
    ("add", "published"): (1316, None),
    ("add", "native"): (400, 70),
}


@pytest.mark.parametrize("name, library", LIMITS)
def test_size(name: str, library: str) -> None:
    metrics = measure(make_instance(name, library=library).graph)
    neurons, depth = LIMITS[name, library]
    assert metrics.neurons <= neurons
    assert depth is None or metrics.depth <= depth
    assert metrics.max_weight <= 2
    assert metrics.max_fan_in <= 4
    assert metrics.margin == 0.5


@pytest.mark.parametrize("name", entries(Design))
def test_ports_and_names(name: str) -> None:
    design = find_design(name)
    instance = make_instance(design, format=design.formats[0] if design.formats else None)
    graph = instance.graph
    assert graph.name == instance.name
    assert [port.name for port in graph.inputs] == list(design.operands)
    assert [port.name for port in graph.outputs] == [design.result]


def test_unknown_design() -> None:
    """Every entry of the catalogue is named, of whatever kind, and the nearest suggested."""
    names = ", ".join(CATALOGUE)
    for kind in ("neuron", "multiply", "dot", "linear", "ripple4"):
        assert kind in names
    with pytest.raises(InputError, match=f"^Design must be one of {names}, not 'modulo'$"):
        find_design("modulo")
    with pytest.raises(InputError, match=r", not 'multpily'; did you mean 'multiply'\?$"):
        find_design("multpily")


@pytest.mark.parametrize("name, kind", [("encoder", "cell"), ("xor", "block")])
def test_design_of_another_kind(name: str, kind: str) -> None:
    circuits = ", ".join(entries(Design))
    with pytest.raises(InputError, match=f"^Design must be one of {circuits}, not the {kind} "):
        find_design(name)


@pytest.mark.parametrize("name", entries(Block))
def test_blocks(name: str) -> None:
    """Each block computes, of the gates of the paper, what its entry says."""
    target = block_target(name)
    ports = target.graph.inputs
    codes = np.meshgrid(*(np.arange(1 << len(port.nodes)) for port in ports), indexing="ij")
    operands = [axis.ravel() for axis in codes]
    inputs = {port.name: axis for port, axis in zip(ports, operands, strict=True)}
    results = Network(target.graph).run(inputs)["y"]
    np.testing.assert_array_equal(results, target.reference.expected(operands))
