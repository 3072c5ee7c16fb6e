# SPDX-License-Identifier: Apache-2.0
"""The library: lazy names, designs against their golden model, the bytes of the command."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import spikefloat as sf
from spikefloat.rtl_gen.designs.catalog import find_design
from spikefloat.rtl_gen.neurons.graph import Port


def python(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout


def test_import_takes_nothing_along() -> None:
    loaded = python("import sys, spikefloat; print(*sorted(sys.modules))").split()
    assert "spikefloat" in loaded
    assert [name for name in loaded if name.startswith("spikefloat.")] == []
    assert not {"numpy", "amaranth", "scipy", "rich"} & set(loaded)


def test_every_name_is_there() -> None:
    assert set(sf.__all__) == set(sf._SOURCES)
    assert set(sf.__all__) <= set(dir(sf))
    for name in sf.__all__:
        assert getattr(sf, name) is not None
    with pytest.raises(AttributeError, match="^module 'spikefloat' has no attribute 'nothing'$"):
        sf.nothing  # noqa: B018


def random_codes(name: str, circuit: sf.DesignCircuit, count: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(1)
    design = find_design(name)
    if design.roles:
        ports = circuit.instance.ports
        return {
            port: rng.integers(0, 1 << ports[port].format.width, (count, *ports[port].axes))
            for port in design.operands
        }
    width = circuit.format.width
    own = dict(zip(design.operands, design.operand_widths, strict=False))

    def draw(port: Port) -> np.ndarray:
        if own.get(port.name):
            bits = len(port.nodes)
            drawn = rng.integers(0, (1 << bits) - 1, count, np.uint64, endpoint=True)
            return (drawn >> rng.integers(0, bits, count, np.uint64)).view(np.int64)  # of any size
        elements = -(-len(port.nodes) // width)
        return rng.integers(0, 1 << min(width, len(port.nodes)), (count, elements)).squeeze()

    return {port.name: draw(port) for port in circuit.graph.inputs}


def test_codes_of_64_bits() -> None:
    """They are numbers in two's complement."""
    codes = sf.encode("binary64", [-1.5, 2.0])
    negated = sf.design("negate", format="binary64").simulate(a=codes)
    assert sf.decode("binary64", negated).tolist() == [1.5, -2.0]
    floats = sf.design("from_int64", format="binary64").simulate(a=[-3, 2**62])
    assert sf.decode("binary64", floats).tolist() == [-3.0, 2.0**62]


def test_integers_have_a_width_of_their_own() -> None:
    circuit = sf.design("from_int16")
    assert circuit.simulate(a=[0, 1, 300, 0xFFFF]).tolist() == [0x00, 0x38, 0x79, 0xB8]
    assert sf.design("convert", format="int16", to="e4m3fn").name == circuit.name
    with pytest.raises(
        ValueError, match="^Operand 'a' of from_int16_e4m3fn must be integers from 0 to 65535$"
    ):
        circuit.simulate(a=[1 << 16])


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.slow if name in ("softmax", "layer_norm") else ())
        for name in sf.designs()
    ],
)
def test_simulation_gives_the_codes_of_the_golden_model(name: str) -> None:
    # E5M2 where E4M3FN, which has no infinities, is not a format of the design.
    formats = find_design(name).formats
    fmt = next((own for own in ("e4m3fn", "e5m2") if own in formats), None)
    circuit = sf.design(name, format=fmt)
    codes = random_codes(name, circuit, 300)
    if name == "linear":
        codes["w"] = codes["w"].reshape(300, 2, 4)
    result = circuit.simulate(**codes)
    if isinstance(result, dict):
        expected = circuit.golden(**codes)
        assert result.keys() == expected.keys()
        for key, own in result.items():
            np.testing.assert_array_equal(own, expected[key])
        return
    assert result.dtype == np.int64
    assert len(np.unique(result)) > 1
    np.testing.assert_array_equal(result, circuit.golden(**codes))


@pytest.mark.parametrize(
    "name, options",
    [
        ("dot", {"length": 3}),  # one word
        ("dot", {"length": 16, "accumulate": "wide"}),
        ("dot", {"length": 4, "format": "binary16", "to": "binary32"}),
        ("linear", {"inputs": 2, "outputs": 9, "accumulate": "tree"}),  # results beyond one word
        ("linear", {"inputs": 1, "outputs": 1, "format": "e2m1fn", "activation": "relu"}),
    ],
)
def test_vectors_of_any_width(name: str, options: dict[str, Any]) -> None:
    circuit = sf.design(name, **options)
    codes = random_codes(name, circuit, 60)
    if name == "linear":
        shapes = {
            "x": (options["inputs"],),
            "w": (options["outputs"], options["inputs"]),
            "b": (options["outputs"],),
        }
        codes = {key: value.reshape(60, *shapes[key]) for key, value in codes.items()}
    expected = circuit.golden(**codes)
    np.testing.assert_array_equal(circuit.simulate(**codes), expected)
    # The same without the first axis, and with operands in common.
    first = {key: value[0] for key, value in codes.items()}
    np.testing.assert_array_equal(circuit.simulate(**first), expected[0])
    last = list(codes)[-1]
    shared = {**codes, last: codes[last][0]}
    np.testing.assert_array_equal(circuit.simulate(**shared), circuit.golden(**shared))


def test_weights_from_a_file(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    np.savez(tmp_path / "layer.npz", weight=rng.normal(size=(3, 5)), bias=rng.normal(size=3))
    layer = sf.design("linear", weights=tmp_path / "layer.npz", activation="relu")
    x = rng.integers(0, 256, (40, 5))
    result = layer.simulate(x=x)
    assert result.shape == (40, 3)
    np.testing.assert_array_equal(result, layer.golden(x=x))


def majority() -> sf.NeuronGraph:
    gates = sf.make_gates("majority")
    votes = [gates.builder.input(name, 1)[0] for name in "abc"]
    gates.builder.output("y", [gates.builder.neuron([(vote, 1) for vote in votes], 2)])
    return gates.builder.build()


def test_circuit_of_ones_own(tmp_path: Path) -> None:
    circuit = sf.Circuit(majority(), reference=lambda a, b, c: a + b + c >= 2)
    a, b, c = np.unravel_index(np.arange(8), (2, 2, 2))
    np.testing.assert_array_equal(circuit.simulate(a=a, b=b, c=c), circuit.golden(a=a, b=b, c=c))
    assert circuit.stats.neurons == 1
    assert circuit.stats.scopes == {"top": 1}
    assert circuit.sweep(max_trials=1)[0]["exact_rate"] == 1
    wrong = sf.Circuit(majority(), reference=lambda a, b, c: a + b + c >= 3)
    # Wrong for the three of eight operands with two votes.
    assert wrong.sweep(max_trials=1)[0]["exact_rate"] == pytest.approx(5 / 8, abs=0.01)
    assert "module majority" in circuit.hardware().verilog()
    assert circuit.hardware("spiking").latency == 1
    assert repr(circuit.hardware("spiking", module="voter")) == (
        "<Module voter: in clk[1], in rst[1], in a[1], in b[1], in c[1], out y[1]; latency 1>"
    )
    assert sf.load_graph(circuit.save(tmp_path / "majority.json")) == circuit.graph


def test_circuit_without_reference_is_its_own() -> None:
    circuit = sf.Circuit(majority())
    assert circuit.golden(a=1, b=1, c=0) == circuit.simulate(a=1, b=1, c=0) == 1
    assert circuit.sweep(max_trials=1)[0]["exact_rate"] == 1
    assert circuit.sweep(membrane_noise=0.5, max_trials=1)[0]["exact_rate"] < 1


def test_sweep_is_a_grid_and_is_stored(tmp_path: Path) -> None:
    circuit = sf.design("relu", format="e2m1fn")
    options: dict[str, Any] = {"synapse_noise": [0, 0.3], "membrane_noise": (0, 0.4)}
    rows = circuit.sweep(**options, max_trials=1, store=tmp_path / "noise.db")
    assert [(row["synapse_noise"], row["membrane_noise"]) for row in rows] == [
        (0, 0),
        (0, 0.4),
        (0.3, 0),
        (0.3, 0.4),
    ]
    assert rows[0]["exact_rate"] == 1 > rows[1]["exact_rate"]
    seen: list[tuple[int, int]] = []
    again = circuit.sweep(
        **options,
        max_trials=1,
        store=tmp_path / "noise.db",
        progress=lambda done, total: seen.append((done, total)),
    )
    assert again == rows
    assert seen == [(4, 4)]


def test_nir_of_any_circuit(tmp_path: Path) -> None:
    import nir

    network = nir.read(sf.Circuit(majority()).export_nir(tmp_path / "majority.nir"))
    assert network.metadata["inputs"] == "a[0] b[0] c[0]"


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: sf.design("multipy"), "Design must be one of .*; did you mean 'multiply'?"),
        (
            lambda: sf.design("add", inputs=3),
            "Option inputs must be for the design linear, not 'add'",
        ),
        (
            lambda: sf.design("add", weights="layer.npz"),
            "Option weights must be for the design linear, not 'add'",
        ),
        (
            lambda: sf.design("add", budget=sf.Budget("w2", 3, 3)),
            "Budget of a design must be one of w1, w2, w8, free, loihi, spinnaker, not "
            "'w2 (|weight| <= 3, fan-in <= 3)'",
        ),
        (
            lambda: sf.design("add").simulate(a=1),
            "Operands of add_e4m3fn must be a, b, not a",
        ),
        (
            lambda: sf.design("add").golden(a=256, b=1),
            "Code of e4m3fn must be from 0 to 0xff, not 256",
        ),
        (lambda: sf.design("add").simulate(a=1.5, b=1), "Code must be an integer, not float64"),
        (
            lambda: sf.design("add").simulate(a=[1, 2], b=[1, 2, 3]),
            "Operands of add_e4m3fn must have one shape, not (2,), (3,)",
        ),
        (
            lambda: sf.design("dot", length=3).simulate(a=[1, 2], b=[1, 2, 3]),
            "Operand 'a' of dot3_exact_e4m3fn must end with axes of (3,), not have the shape (2,)",
        ),
        (
            lambda: sf.design("dot", length=3).simulate(a=1, b=[1, 2, 3]),
            "Operand 'a' of dot3_exact_e4m3fn must end with axes of (3,), not have the shape ()",
        ),
        (
            lambda: sf.Circuit(majority(), reference=lambda a, b, c: a).golden(a=1),
            "Inputs of majority must be a, b, c, not a",
        ),
        (
            lambda: sf.Circuit(majority()).hardware("temporal"),
            "Style of majority must be spatial or spiking, not temporal",
        ),
        (
            lambda: sf.Circuit(majority()).hardware(stages=9),
            "Stages of majority must be from 0 to 0, not 9",
        ),
        (lambda: sf.design("add").sweep(noise=1), "Knob must be one of synapse_noise, .*"),
        (
            lambda: sf.design("add").tolerance(membrane_noise=[0, 1]),
            "Other knobs must have one value each, not 2 combinations",
        ),
        (
            lambda: sf.Circuit(majority(), reference=lambda a, b, c: a).sweep(store="x.db"),
            "Store must be left out where a function is the reference: it has no key",
        ),
        (lambda: sf.find_format("e9m9"), "Format must be .*"),
    ],
)
def test_errors_are_one_sentence(call: Any, message: str) -> None:
    with pytest.raises(sf.UserError) as error:
        call()
    text = str(error.value)
    assert "\n" not in text
    pattern = re.escape(message).replace(r"\.\*", ".*")
    assert re.fullmatch(pattern, text), text
