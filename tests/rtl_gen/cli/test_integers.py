# SPDX-License-Identifier: Apache-2.0
"""Integers as formats of convert: the operations that make them, and make floats of them."""

import pytest

from spikefloat.rtl_gen.cli import main
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.errors import InputError


@pytest.mark.parametrize(
    "options, name",
    [
        ({"format": "int8", "to": "e5m2"}, "from_int8_e5m2"),
        ({"format": "UINT16"}, "from_uint16_bfloat16"),
        ({"format": "e5m2", "to": "int32", "rounding": "rtz"}, "to_int32_e5m2_rtz"),
        ({"to": "uint4"}, "to_uint4_e4m3fn"),
        ({"to": "e5m2"}, "convert_e4m3fn_to_e5m2"),
    ],
)
def test_same_circuits(options, name):
    assert make_instance("convert", **options).name == name


@pytest.mark.parametrize(
    "design, options, message",
    [
        (
            "convert",
            {"format": "int8", "to": "uint4"},
            "Result format of convert for int8 must be a float format, not 'uint4'",
        ),
        (
            "convert",
            {"to": "int128"},
            "Integer must be one of int4, uint4, int8, uint8, int16, uint16, int32, uint32, "
            "int64, uint64, not 'int128'",
        ),
        ("multiply", {"format": "int8"}, "Format must be one of e4m3fn, "),
    ],
)
def test_refused(design, options, message):
    with pytest.raises(InputError) as caught:
        make_instance(design, **options)
    assert str(caught.value).startswith(message)


def test_command(tmp_path, capsys):
    assert main(["verilog", "convert", "--format", "int8", "--to", "e5m2,uint16"]) == 2
    assert "must be a float format, not 'uint16'" in capsys.readouterr().err
    for fmt, to in (("int8", "e5m2,fp16"), ("e4m3fn", "e5m2,uint16")):
        assert main(["verilog", "convert", "--format", fmt, "--to", to, "-o", str(tmp_path)]) == 0
    names = {path.stem for path in tmp_path.iterdir()}
    assert names == {
        "from_int8_e5m2",
        "from_int8_binary16",
        "convert_e4m3fn_to_e5m2",
        "to_uint16_e4m3fn",
    }
