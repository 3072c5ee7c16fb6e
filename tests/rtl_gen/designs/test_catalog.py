# SPDX-License-Identifier: Apache-2.0
"""The table of designs, and the sizes that were asked for."""

import pytest

from spikefloat.rtl_gen.designs.catalog import (
    DESIGNS,
    build,
    find_design,
    make_options,
    module_name,
)
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
    design = find_design(name)
    metrics = measure(build(design, make_options(design, library=library)))
    neurons, depth = LIMITS[name, library]
    assert metrics.neurons <= neurons
    assert depth is None or metrics.depth <= depth
    assert metrics.max_weight <= 2
    assert metrics.max_fan_in <= 4
    assert metrics.margin == 0.5


@pytest.mark.parametrize("name", DESIGNS)
def test_ports_and_names(name: str) -> None:
    design = DESIGNS[name]
    options = make_options(design, format=design.formats[0])
    graph = build(design, options)
    assert graph.name == module_name(design, options)
    assert [port.name for port in graph.inputs] == list(design.operands)
    assert [port.name for port in graph.outputs] == [design.result]


def test_unknown_design() -> None:
    with pytest.raises(ValueError, match=r"^Design must be one of multiply, .*, not 'divide'$"):
        find_design("divide")
