# SPDX-License-Identifier: Apache-2.0
"""Options of a design: defaults, and what is refused."""

import pytest

from spikefloat.rtl_gen.designs.catalog import DESIGNS
from spikefloat.rtl_gen.designs.options import make_options
from spikefloat.rtl_gen.formats import Overflow


def test_defaults() -> None:
    options = make_options(DESIGNS["multiply"])
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
        ({"overflow": "wrap"}, r"^Overflow must be nan or saturate, not 'wrap'$"),
        (
            {"format": "e2m1fn", "overflow": "nan"},
            r"^Overflow must be saturate for e2m1fn, which has no NaN, not 'nan'$",
        ),
        ({"library": "mine"}, r"^Library must be native or published, not 'mine'$"),
        ({"style": "analog"}, r"^Style must be one of spatial, spiking, temporal, not 'analog'$"),
        ({"stages": -1}, r"^Stages must be 0 or more, and 0 but in the spatial style, not -1$"),
        (
            {"style": "spiking", "stages": 2},
            r"^Stages must be 0 or more, and 0 but in the spatial style, not 2$",
        ),
        ({"budget": "w3"}, r"^Budget must be one of w1, w2, w8, free, not 'w3'$"),
    ],
)
def test_wrong_options(keywords: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make_options(DESIGNS["multiply"], **keywords)  # type: ignore[arg-type]
