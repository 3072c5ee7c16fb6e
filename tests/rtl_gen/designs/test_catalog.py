# SPDX-License-Identifier: Apache-2.0
"""The table of designs, and the sizes that were asked for."""

import pytest

from spikefloat.rtl_gen.designs.catalog import DESIGNS, find_design
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.neurons.metrics import measure

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


@pytest.mark.parametrize("name", DESIGNS)
def test_ports_and_names(name: str) -> None:
    design = DESIGNS[name]
    instance = make_instance(design, format=design.formats[0])
    graph = instance.graph
    assert graph.name == instance.name
    assert [port.name for port in graph.inputs] == list(design.operands)
    assert [port.name for port in graph.outputs] == [design.result]


def test_unknown_design() -> None:
    with pytest.raises(ValueError, match=r"^Design must be one of multiply, .*, not 'divide'$"):
        find_design("divide")
