# SPDX-License-Identifier: Apache-2.0
"""What a new format costs: one record, also where ml_dtypes has no such type."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from spikefloat.rtl_gen.cli import main
from spikefloat.rtl_gen.designs.design import Design
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.formats import FORMATS
from tests.helpers.command import own_environment
from tests.helpers.extra_format import E3M3
from tests.helpers.operations import check_operation
from tests.helpers.paths import ROOT
from tests.rtl_gen.designs.test_operations import DESIGNS


@pytest.mark.parametrize("design", DESIGNS, ids=lambda design: design.name)
def test_record_alone(design: Design) -> None:
    """A record that is in no table will do: every operand of each operation is right."""
    if design.works_for(E3M3):
        # An integer operand may have fewer bits than the format of the result.
        assert check_operation(design, E3M3) >= 1 << min(E3M3.width, 4)


def test_result_in_the_format() -> None:
    instance = make_instance("convert", format="e4m3fn", to=E3M3)
    assert instance.name == "convert_e4m3fn_to_e3m3"
    assert len(instance.graph.outputs[0].nodes) == E3M3.width


def test_commands(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(FORMATS, E3M3.name, E3M3)
    assert main(["verilog", "multiply", "--format", "e3m3", "-o", str(tmp_path)]) == 0
    assert "e3m3" in (tmp_path / "multiply_e3m3.v").read_text()
    capsys.readouterr()
    assert main(["list", "--json"]) == 0
    assert "e3m3" in json.dumps(json.loads(capsys.readouterr().out))


@pytest.mark.slow
def test_tests_of_the_catalogue() -> None:
    """With the record in the table, the tests that go over formats find it, and none fails."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "tests.helpers.extra_format"),
            *("-p", "no:cacheprovider", "-k", "e3m3"),
            *("tests/rtl_gen/designs/test_operations.py", "tests/sim/golden", "tests/sim/cases"),
        ],
        cwd=ROOT,
        env=own_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout
