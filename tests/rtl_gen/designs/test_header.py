# SPDX-License-Identifier: Apache-2.0
"""The comment above the Verilog of a design."""

from importlib.metadata import version
from typing import Any

import pytest

from spikefloat.rtl_gen.designs.cells import codec_verilog
from spikefloat.rtl_gen.designs.header import design_hardware, header_lines
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.formats import FORMATS, Overflow
from spikefloat.rtl_gen.rtl.cells.codec_parameters import CodecParameters

LICENSE = "// SPDX-License-Identifier: Apache-2.0\n"


@pytest.mark.parametrize("hardware", [{}, {"stages": 2}, {"style": "spiking"}])
def test_header_of_a_design(hardware: dict[str, Any]) -> None:
    text = design_hardware(make_instance("multiply", **hardware)).verilog
    head = text[: text.index("\nmodule ")]
    assert head.startswith("// multiply_e4m3fn")
    assert LICENSE in head
    assert f"// generator: spikefloat {version('spikefloat')}\n" in head
    assert "// made by: spikefloat verilog multiply " in head


@pytest.mark.parametrize("name", ["encoder", "decoder"])
def test_header_of_a_cell(name: str) -> None:
    text = codec_verilog(name, CodecParameters(fmt=FORMATS["e4m3fn"], overflow=Overflow.NAN))
    assert LICENSE in text
    assert f"// generator: spikefloat {version('spikefloat')}\n" in text


def test_places_of_elements() -> None:
    lines = [header_lines(make_instance(name)) for name in ("multiply", "dot", "linear")]
    said = [[line for line in own if line.startswith(("elements:", "w:"))] for own in lines]
    first = "elements: code i of a vector is [8 * i +: 8] of its port"
    rows = "w: rows one after the other, that of output o begins with code 4 * o"
    assert said == [[], [first], [first, rows]]
