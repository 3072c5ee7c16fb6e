# SPDX-License-Identifier: Apache-2.0
"""Options of a design: defaults, and what is refused."""

from fractions import Fraction

import pytest

from spikefloat.rtl_gen.designs.build import build
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import Overflow


def test_defaults() -> None:
    options = make_instance("multiply").circuit
    assert (options.format.name, options.overflow, options.library, options.budget.name) == (
        "e4m3fn",
        Overflow.NAN,
        "native",
        "w2",
    )


@pytest.mark.parametrize(
    "keywords, message",
    [
        ({"format": "fp7"}, r"^Format must be one of e4m3fn, .*, not 'fp7'$"),
        ({"format": "e8m0fnu"}, r"^Format for multiply must be one of .*, not 'e8m0fnu'$"),
        (
            {"overflow": "wrap"},
            r"^Overflow must be one of nan, saturate, saturate-finite, not 'wrap'$",
        ),
        (
            {"format": "e2m1fn", "overflow": "nan"},
            r"^Overflow must be saturate for e2m1fn, which has no NaN, not 'nan'$",
        ),
        ({"library": "mine"}, r"^Library must be native or published, not 'mine'$"),
        (
            {"style": "analog"},
            r"^Style must be one of spatial, spiking, sequential, temporal, not 'analog'$",
        ),
        ({"stages": -1}, r"^Stages must be 0 or more, and 0 but in the spatial style, not -1$"),
        (
            {"style": "spiking", "stages": 2},
            r"^Stages must be 0 or more, and 0 but in the spatial style, not 2$",
        ),
        ({"budget": "w3"}, r"^Budget must be one of w1, w2, w8, free, loihi, spinnaker, not 'w3'$"),
    ],
)
def test_wrong_options(keywords: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make_instance("multiply", **keywords)  # type: ignore[arg-type]


def test_one_graph_for_every_hardware() -> None:
    """The hardware is no part of what is built: one graph serves every instance of a circuit."""
    build.cache_clear()
    graph = make_instance("relu").graph
    for options in (
        {"style": "spiking"},
        {"style": "spiking", "residue": "leak", "leak": Fraction(1, 4)},
        {"style": "spiking", "delays": "memory"},
        {"style": "temporal"},
        {"stages": 2},
        {"stages": 2, "is_stream": True},
    ):
        assert make_instance("relu", **options).graph is graph
    assert build.cache_info().currsize == 1


def test_shapes_are_for_designs_that_have_them() -> None:
    assert make_instance("dot", length=3).vector.length == 3
    assert make_instance("linear").layer.inputs == 4
    with pytest.raises(InputError, match=r"^Design must be a dot product, not 'add'$"):
        assert make_instance("add").vector
    with pytest.raises(InputError, match=r"^Design must be made of linear layers, not 'dot'$"):
        assert make_instance("dot").layer
