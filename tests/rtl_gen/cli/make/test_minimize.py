# SPDX-License-Identifier: Apache-2.0
"""``spikefloat minimize``: what it writes is right, is found again, and is gone on from."""

import shlex
from pathlib import Path

import pytest

import spikefloat.rtl_gen.cli.make.minimize as command
from spikefloat.rtl_gen.cli import main
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.mapping.verilog_source import read_verilog
from spikefloat.rtl_gen.neurons.graph_files import load_graph, load_with_history
from spikefloat.search.minimize import Start, require_right
from spikefloat.search.sources import design_source
from tests.helpers.command import printed_results

pytestmark = pytest.mark.tool

Capture = pytest.CaptureFixture[str]

#: The smallest design that is worth a search.
PRODUCT = "minimize multiply --format e2m1fn"
LOGIC = "module logic_of (input [2:0] x, output y, z); assign y = ^x; assign z = x > 2; endmodule\n"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(capsys: Capture, text: str) -> dict:
    assert main([*text.split(), "--json"]) == 0
    (row,) = printed_results(capsys)
    return row


@pytest.fixture
def small(capsys: Capture) -> dict:
    return run(capsys, f"{PRODUCT} --steps 2000 --walks 2 --seed 3 -o small.json")


def test_result_and_its_commands(
    small: dict, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph = load_graph("small.json")
    assert (len(graph.neurons), graph.depth) == (small["neurons"], small["depth"])
    structured = make_instance("multiply", format="e2m1fn").graph
    assert len(graph.neurons) < 0.8 * len(structured.neurons)
    figures = [(point["neurons"], point["depth"]) for point in small["curve"]]
    assert figures == sorted(figures, reverse=True)
    assert small["steps"] <= 2000
    # Two walks at once find what one after the other does, and so do the recorded commands.
    content = Path("small.json").read_bytes()
    run(capsys, f"{PRODUCT} --steps 2000 --walks 2 --seed 3 --jobs 1 -o other/small.json")
    assert Path("other/small.json").read_bytes() == content
    assert list(load_with_history("small.json")[1]) == small["history"]
    (tmp_path / "again").mkdir()
    monkeypatch.chdir(tmp_path / "again")
    for line in small["history"]:
        assert main(shlex.split(line)[1:]) == 0
    assert Path("small.json").read_bytes() == content


def test_file_is_taken_elsewhere(small: dict, capsys: Capture) -> None:
    assert main(["verilog", "small.json", "-o", "."]) == 0
    (written,) = Path().glob("*.v")
    words = written.read_text().replace("//", " ").split()
    assert f"found by: {small['history'][-1]}" in " ".join(words)
    capsys.readouterr()
    assert run(capsys, "stats small.json")["neurons"] == small["neurons"]


def test_search_goes_on(small: dict, capsys: Capture) -> None:
    before = Path("small.json").read_bytes()
    row = run(capsys, f"{PRODUCT} --steps 0 -o small.json")
    assert row["neurons"] == small["neurons"]
    assert Path("small.json").read_bytes() == before
    row = run(capsys, f"{PRODUCT} --steps 500 --seed 9 -o small.json")
    assert row["neurons"] <= small["neurons"]
    # Without limits, linear programs go on from it.
    row = run(capsys, f"{PRODUCT} --budget free --steps 0 --start small.json -o free.json")
    assert row["neurons"] < small["neurons"]
    assert "--start small.json" in row["history"][-1]
    assert main(shlex.split(f"{PRODUCT} --steps 1 --start free.json -o other.json")) == 2
    assert "Circuit free.json must keep budget w2" in capsys.readouterr().err


def test_less_depth(capsys: Capture) -> None:
    row = run(capsys, f"{PRODUCT} --objective depth --steps 2000 -o flat.json")
    assert row["depth"] < make_instance("multiply", format="e2m1fn").graph.depth


def test_interrupt_keeps_the_best(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    search = command.minimize

    def interrupted(source, plan, *, stop, tell):
        def told(text: str) -> None:
            stop.is_interrupted = stop.is_interrupted or "a walk" in text

        yield from search(source, plan, stop=stop, tell=told)

    monkeypatch.setattr(command, "minimize", interrupted)
    assert main([*PRODUCT.split(), "-o", "small.json", "--walks", "2"]) == 130
    graph = load_graph("small.json")
    assert len(graph.neurons) < len(make_instance("multiply", format="e2m1fn").graph.neurons)
    assert "--steps" in load_with_history("small.json")[1][-1]
    capsys.readouterr()


def test_verilog_and_circuit_files(capsys: Capture) -> None:
    Path("logic.v").write_text(LOGIC, encoding="utf-8")
    row = run(capsys, "minimize logic.v --budget w2 --steps 200")
    # Parity of three inputs takes two neurons, and so does what is no copy of either.
    assert (row["neurons"], row["file"]) == (3, "logic_w2.json")
    graph, source = load_graph("logic_w2.json"), read_verilog([Path("logic.v")])
    assert [port.name for port in graph.outputs] == [port.name for port in source.outputs]
    row = run(capsys, "minimize logic_w2.json --budget w1 --steps 0 --start mapped -o narrow.json")
    assert row["neurons"] > 3


@pytest.mark.slow
def test_wide_circuit_is_left_to_the_mapper(capsys: Capture) -> None:
    source = "module wide (input [16:0] x, output y); assign y = x[0] ^ x[16]; endmodule\n"
    Path("wide.v").write_text(source, encoding="utf-8")
    row = run(capsys, "minimize wide.v --budget w8 --steps 1")
    assert (row["neurons"], row["steps"]) == (2, 0)
    assert "--start mapped" in row["history"][0]


def test_wrong_circuit_is_noticed() -> None:
    source = design_source(make_instance("multiply", format="e2m1fn"), "x.json", lambda *_: "")
    other = make_instance("add", format="e2m1fn").graph
    with pytest.raises(ValueError, match=r"^Circuit x must compute multiply_e2m1fn, not somethi"):
        require_right(source, Start(name="x", graph=other))
    assert source.count_wrong is not None
    assert source.count_wrong(other) > 0
    assert source.count_wrong(source.starts[0].graph) == 0


@pytest.mark.parametrize(
    "text, message",
    [
        ("multiply add", "Design must be a single one, not multiply, add"),
        ("multiply --format e2m1fn,e5m2", "Design must be a single circuit, not 2 of them"),
        ("multiply --budget w2,w8", "Option --budget must have one value, not 'w2,w8'"),
        (
            "multiply --budget w3",
            "Budget must be one of w1, w2, w8, free, loihi, spinnaker, not 'w3'",
        ),
        ("multiply --objective luts", "Objective must be neurons or depth, not 'luts'"),
        ("multiply --library published", "Library must be native, not 'published'"),
        ("multiply --top x", "Option --top has no effect for a design"),
        ("no.v", "no.v"),
        ("no.json", "no.json"),
        ("multiply --start no.json", "no.json"),
        ("multiply --start best", "Start must be one of structured, "),
        ("multiply -o multiply_of_another.json", "must compute multiply_e4m3fn, not something"),
        ("multiply --steps -1", "Number of steps must be an integer from 0 to "),
    ],
)
def test_refusals(text: str, message: str, capsys: Capture) -> None:
    make_instance("add", format="e4m3fn").graph.save("multiply_of_another.json")
    assert main(["minimize", *text.split()]) == 2
    printed = capsys.readouterr().err
    assert message in printed
    assert printed.count("\n") == 1
