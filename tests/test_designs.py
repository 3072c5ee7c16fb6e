# SPDX-License-Identifier: Apache-2.0
"""The table of designs, and the sizes that were asked for."""

import pytest

from rtl_gen.designs import DESIGNS, build, find_design, make_options, module_name
from rtl_gen.formats import Overflow
from rtl_gen.neurons.metrics import measure

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


def test_defaults() -> None:
    options = make_options(DESIGNS["multiply"])
    assert (options.format.name, options.overflow, options.library, options.budget.name) == (
        "e4m3fn", Overflow.NAN, "native", "w2")


@pytest.mark.parametrize("keywords, message", [
    ({"format": "fp7"}, r"^Format must be one of e4m3fn, .*, not 'fp7'$"),
    ({"format": "e8m0fnu"}, r"^Format for multiply must be one of .*, not 'e8m0fnu'$"),
    ({"overflow": "wrap"}, r"^Overflow must be nan or saturate, not 'wrap'$"),
    ({"format": "e2m1fn", "overflow": "nan"},
     r"^Overflow must be saturate for e2m1fn, which has no NaN, not 'nan'$"),
    ({"library": "mine"}, r"^Library must be native or published, not 'mine'$"),
    ({"style": "analog"}, r"^Style must be one of spatial, spiking, temporal, not 'analog'$"),
    ({"stages": -1}, r"^Stages must be 0 or more, and 0 but in the spatial style, not -1$"),
    ({"style": "spiking", "stages": 2},
     r"^Stages must be 0 or more, and 0 but in the spatial style, not 2$"),
    ({"budget": "w3"}, r"^Budget must be one of w1, w2, w8, free, not 'w3'$"),
])
def test_wrong_options(keywords: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make_options(DESIGNS["multiply"], **keywords)  # type: ignore[arg-type]


def test_unknown_design() -> None:
    with pytest.raises(ValueError, match=r"^Design must be one of multiply, .*, not 'divide'$"):
        find_design("divide")
