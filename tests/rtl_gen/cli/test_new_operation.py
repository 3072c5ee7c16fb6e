# SPDX-License-Identifier: Apache-2.0
"""What a new operation costs: one file with its circuit and record, and one golden entry."""

import importlib
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from spikefloat.rtl_gen.circuits.operation import Operation as OperationRecord
from spikefloat.rtl_gen.circuits.operation import discover
from spikefloat.rtl_gen.cli import main
from spikefloat.rtl_gen.designs.catalog import CATALOGUE, find_design, operation_design
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import FORMATS, Format
from spikefloat.sim.cases.sampled import pair_cases
from spikefloat.sim.golden import operations as golden
from spikefloat.sim.golden.operations import Example, Operation
from tests.helpers.operations import check_examples, check_operation

#: The one file.
SOURCE = '''
from spikefloat.rtl_gen.circuits.operation import Operation, Result
from spikefloat.rtl_gen.formats import Format
from spikefloat.rtl_gen.neurons.builder import Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary


def with_sign(gates: GateLibrary, fmt: Format, a: Word, b: Word) -> Word:
    """Return the code of a, with the sign exchanged for whether a sign is set."""
    return (*a[:-1], gates.or_(a[-1], b[-1]))


RECORDS = (
    Operation(
        name="with_sign",
        summary="y = a, negative if a or b is",
        operands=("a", "b"),
        circuit=with_sign,
        result=Result.EXACT,
    ),
)
'''


def with_sign(fmt: Format, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.asarray(a) | np.asarray(b) & fmt.sign_mask


#: The one entry.
ENTRY = Operation(
    operand_count=2,
    function=with_sign,
    cases=None,
    examples=(Example((0x38, 0xC0), 0xB8), Example((0x38, 0x40), 0x38)),
)


@pytest.fixture
def with_sign_operation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Add the file, in a folder of its own, and the entry."""
    folder = tmp_path / "more_operations"
    folder.mkdir()
    (folder / "with_sign.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(tmp_path)
    for operation in discover(importlib.import_module(folder.name), OperationRecord):
        monkeypatch.setitem(CATALOGUE, operation.name, operation_design(operation))
    monkeypatch.setitem(golden.OPERATIONS, "with_sign", ENTRY)
    yield
    for name in [name for name in sys.modules if name.startswith(folder.name)]:
        del sys.modules[name]


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> object:
    """Run a command that succeeds, and return what it prints as JSON."""
    status = main([*arguments, "--json"])
    printed = capsys.readouterr()
    assert status == 0, printed.err
    return json.loads(printed.out)


@pytest.mark.usefixtures("with_sign_operation")
def test_listed_generated_and_counted(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    listed = json.dumps(run(capsys, "list"))
    assert '"with_sign"' in listed
    assert "y = a, negative if a or b is" in listed
    run(capsys, "verilog", "with_sign", "-o", str(tmp_path))
    text = (tmp_path / "with_sign_e4m3fn.v").read_text()
    assert "spikefloat verilog with_sign --format e4m3fn" in text
    assert '"neurons": 1' in json.dumps(run(capsys, "stats", "with_sign"))


@pytest.mark.usefixtures("with_sign_operation")
def test_equal_to_its_golden_entry() -> None:
    """What the tests of the catalogue do with every operation and format."""
    design = find_design("with_sign")
    check_examples(design)
    narrow = [fmt for fmt in FORMATS.values() if design.works_for(fmt) and fmt.width <= 8]
    assert [check_operation(design, fmt) for fmt in narrow] == [
        1 << 2 * fmt.width for fmt in narrow
    ]


@pytest.mark.usefixtures("with_sign_operation")
def test_wide_formats_need_directed_cases(monkeypatch: pytest.MonkeyPatch) -> None:
    binary32 = FORMATS["binary32"]
    with pytest.raises(
        InputError,
        match=r"^Format for with_sign must be at most 10 bits wide, as its golden entry has no "
        r"directed cases for wider ones, not 'binary32'$",
    ):
        golden.require_cases("with_sign", binary32)
    with pytest.raises(InputError, match=r"^Operation with_sign has no directed cases"):
        check_operation(find_design("with_sign"), binary32)
    entry = replace(ENTRY, cases=pair_cases)
    monkeypatch.setitem(golden.OPERATIONS, "with_sign", entry)
    golden.require_cases("with_sign", binary32)
    assert check_operation(find_design("with_sign"), binary32) > 10_000


@pytest.mark.usefixtures("with_sign_operation")
@pytest.mark.parametrize("command", ["verify", "verilog", "stats"])
def test_commands_refuse_wide_formats(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "with_sign", "--format", "binary32"]) == 2
    assert "Format for with_sign must be at most 10 bits wide" in capsys.readouterr().err


@pytest.mark.usefixtures("with_sign_operation")
def test_of_all_formats_wide_ones_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["stats", "with_sign", "--format", "all", "--json"]) == 0
    printed = capsys.readouterr()
    known = [fmt for fmt in FORMATS.values() if find_design("with_sign").works_for(fmt)]
    rows = json.loads(printed.out)["results"]
    assert [row["format"] for row in rows] == [fmt.name for fmt in known if fmt.width <= 10]
    wide = [fmt.name for fmt in known if fmt.width > 10]
    lines = printed.err.splitlines()
    assert len(lines) == len(wide) > 2
    for line, name in zip(lines, wide, strict=True):
        assert line.startswith("spikefloat: left out: Format for with_sign must be at most 10 bits")
        assert line.endswith(f"not {name!r}")


@pytest.mark.usefixtures("with_sign_operation")
def test_missing_golden_entry(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(golden.OPERATIONS, "with_sign")
    assert main(["verify", "with_sign", "--format", "e2m1fn"]) == 2
    assert "Operation must be one of multiply, " in capsys.readouterr().err


@pytest.mark.tool
@pytest.mark.usefixtures("with_sign_operation")
def test_verified_on_both_simulators(capsys: pytest.CaptureFixture[str]) -> None:
    command = ("verify", "with_sign", "--format", "e3m2fn", "--sim", "both")
    printed = json.dumps(run(capsys, *command))
    assert printed.count('"mismatches": 0') == 2
    assert printed.count('"cases": 4096') == 2
    assert '"icarus"' in printed
    assert '"verilator"' in printed


@pytest.mark.tool
@pytest.mark.usefixtures("with_sign_operation")
def test_planted_fault_is_noticed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The golden entry, not the circuit, says what is right."""
    entry = replace(ENTRY, function=lambda fmt, a, b: np.asarray(a))
    monkeypatch.setitem(golden.OPERATIONS, "with_sign", entry)
    assert main(["verify", "with_sign", "--format", "e2m1fn", "--sim", "icarus"]) == 1
    assert "FAILED" in capsys.readouterr().out
