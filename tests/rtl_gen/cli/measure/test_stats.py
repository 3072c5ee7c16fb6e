# SPDX-License-Identifier: Apache-2.0
"""``spikefloat stats --energy``: the energy of an operation on published devices."""

import pytest

from spikefloat.rtl_gen.cli import main
from spikefloat.rtl_gen.designs.header import header_lines
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.sim.devices.presets import PRESETS
from tests.helpers.command import Capture, run_json
from tests.helpers.graphs import raw_graph


def test_energy_is_events_times_their_energy(capsys: Capture) -> None:
    rows = run_json(capsys, "stats", "multiply,negate", "--energy", "fefet,loihi,pcm-neuron")
    assert [(row["design"], row["energy_device"]) for row in rows] == [
        (design, device)
        for design in ("multiply", "negate")
        for device in ("fefet", "loihi", "pcm-neuron")
    ]
    for fefet, loihi, pcm in (rows[:3], rows[3:]):
        spikes, events = fefet["spikes_per_operation"], fefet["effective_synaptic_operations"]
        assert (fefet["energy_low_fj"], fefet["energy_high_fj"]) == (spikes * 1e3, spikes * 1e4)
        assert (loihi["energy_low_fj"], loihi["energy_high_fj"]) == (events * 23_600,) * 2
        assert (pcm["energy_low_fj"], pcm["energy_high_fj"]) == (spikes * 50_000, None)
        assert 0 < spikes <= fefet["neurons"]
        assert 0 < events <= fefet["synapses"]
    assert [row["activity_operands"] for row in rows] == [65_536] * 3 + [256] * 3
    # All else is as without it.
    plain = run_json(capsys, "stats", "multiply")[0]
    assert plain == {key: rows[0][key] for key in plain}
    assert list(rows[0])[-1] == "scopes"


def test_every_operand_needs_no_seed_and_a_sample_does(capsys: Capture) -> None:
    def spikes(*words: str) -> float:
        return run_json(capsys, "stats", *words, "--energy", "mtj")[0]["spikes_per_operation"]

    assert spikes("negate", "--seed", "1") == spikes("negate", "--seed", "2")
    wide = ("negate", "--format", "binary32")
    assert spikes(*wide, "--seed", "1") == spikes(*wide, "--seed", "1")
    assert spikes(*wide, "--seed", "1") != spikes(*wide, "--seed", "2")


def test_table(capsys: Capture) -> None:
    assert main(["stats", "negate", "--energy", "afefet,mtj"]) == 0
    text = capsys.readouterr().out
    assert "afefet" in text
    assert "Neurons by scope" in text
    assert max(map(len, text.splitlines())) <= 100


def test_all_styles_leave_it_out_where_there_is_no_graph(capsys: Capture) -> None:
    rows = run_json(capsys, "stats", "add", "--style", "all", "--energy", "mtj")
    known = {row["style"]: row["energy_low_fj"] is not None for row in rows}
    assert known.pop("temporal") is False
    assert set(known.values()) == {True}
    assert len({row["energy_low_fj"] for row in rows if known.get(row["style"])}) == 1


@pytest.mark.parametrize(
    "words, message",
    [
        (
            ["multiply", "--energy", "reram-weights"],
            "Device must be one whose energy per spike or synaptic operation is published (afefet",
        ),
        (
            ["neuron", "--energy", "mtj"],
            "Option --energy has no effect for neuron; it is for circuits that are one graph",
        ),
        (
            ["add", "--style", "temporal", "--energy", "mtj"],
            "Option --energy has no effect for add; it is for circuits that are one graph",
        ),
        (["multiply", "--seed", "1"], "Option --seed has no effect without --energy"),
    ],
)
def test_refused(words: list[str], message: str, capsys: Capture) -> None:
    assert main(["stats", *words]) == 2
    printed = capsys.readouterr()
    assert printed.err.startswith(f"spikefloat: error: {message}")
    assert (printed.out, printed.err.count("\n")) == ("", 1)


def test_a_circuit_from_a_file(tmp_path, capsys: Capture) -> None:
    path = tmp_path / "half.json"
    graph = raw_graph([((0, 1), (1, 1), 2)], inputs={"a": 1, "b": 1}, outputs={"y": (2,)})
    graph.save(path)
    (row,) = run_json(capsys, "stats", str(path), "--energy", "afefet")
    assert row["spikes_per_operation"] == 0.25
    assert row["effective_synaptic_operations"] == 1
    assert row["energy_low_fj"] == 0.25 * PRESETS["afefet"].figures[0].low


@pytest.mark.parametrize("options, is_said", [("--objective neurons", True), ("", False)])
def test_budget_that_has_nothing_of_its_own(options: str, is_said: bool, capsys: Capture) -> None:
    """What a tighter budget has as well is said, and in the Verilog, too."""
    words = f"exp --budget w8 {options}".split()
    assert main(["stats", *words]) == 0
    assert ("budget w8 than that of budget w2" in capsys.readouterr().out) == is_said
    header = header_lines(
        make_instance("exp", budget="w8", objective=words[-1] if is_said else "structure")
    )
    assert ("no better circuit is known than that of budget w2" in header) == is_said
