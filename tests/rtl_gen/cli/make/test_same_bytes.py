# SPDX-License-Identifier: Apache-2.0
"""The library and the command write the same bytes."""

from pathlib import Path
from typing import Any

import pytest

import spikefloat as sf
from spikefloat.rtl_gen.cli import main


@pytest.mark.parametrize(
    "name, options, hardware, arguments",
    [
        ("multiply", {"objective": "neurons"}, {}, ["--objective", "neurons"]),
        ("add", {"library": "published"}, {"stages": 2}, ["--library", "published"]),
        ("less", {"format": "e5m2"}, {"stages": 1, "stream": True}, ["--format", "e5m2"]),
        ("relu", {}, {"style": "spiking", "residue": "leak"}, ["--residue", "leak"]),
        ("negate", {}, {"style": "temporal"}, []),
        ("dot", {"length": 2, "accumulate": "chain"}, {}, ["--accumulate", "chain"]),
        ("linear", {"lanes": (1, 2)}, {}, ["--shape", "array", "--lanes", "1x2"]),
    ],
)
def test_files_have_the_bytes_of_the_command(
    name: str,
    options: dict[str, Any],
    hardware: dict[str, Any],
    arguments: list[str],
    tmp_path: Path,
) -> None:
    words = [f"--length={options['length']}"] if "length" in options else []
    words += [f"--stages={hardware['stages']}"] if "stages" in hardware else []
    words += [f"--style={hardware['style']}"] if "style" in hardware else []
    words += ["--stream"] if hardware.get("stream") else []
    if hardware.get("style") == "temporal":
        name = "multiply"
    module = sf.design(name, **options).hardware(**hardware)
    path = module.write(tmp_path / "library")
    assert path.read_text(encoding="utf-8") == module.verilog()
    assert main(["verilog", name, *arguments, *words, "-o", str(tmp_path / "command")]) == 0
    (written,) = (tmp_path / "command").iterdir()
    assert written.name == path.name
    assert written.read_bytes() == path.read_bytes()
