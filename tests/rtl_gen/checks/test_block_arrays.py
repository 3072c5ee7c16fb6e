# SPDX-License-Identifier: Apache-2.0
"""Linear layers on blocks, spread over an array of lanes: names, options, clocks, RTL."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import spikefloat as sf
from spikefloat.rtl_gen.checks.verifying.plan import Selected, check, make_check
from spikefloat.rtl_gen.designs.arrays import make_layer_array
from spikefloat.rtl_gen.designs.header import command_line
from spikefloat.rtl_gen.designs.instance import Instance, make_instance
from spikefloat.rtl_gen.designs.labels import figures
from spikefloat.rtl_gen.designs.shapes import read_block_layer_shape
from spikefloat.rtl_gen.errors import InputError
from spikefloat.sim.benches.bench import PAUSED, verify
from tests.helpers.command import run_command

#: Enough levels that no circuit is cut, which takes time.
UNCUT = 500

#: Elements in a block.
SIZE = 4


def saved(path: Path, blocks: int, outputs: int, size: int = SIZE) -> Path:
    """Write the weights of a layer, whose blocks have scales apart."""
    rng = np.random.default_rng(1)
    scales = np.repeat([[1.0, 0.25, 3.0][:blocks]], size, axis=1)
    weight = scales * rng.normal(size=(outputs, blocks * size))
    np.savez(path, weight=weight, bias=rng.normal(size=outputs))
    return path


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    return saved(tmp_path / "w.npz", 3, 5)


@pytest.fixture
def small(tmp_path: Path) -> Instance:
    """Return 2 x 2 lanes for three outputs of two blocks: four clocks for a vector."""
    return layer(saved(tmp_path / "small.npz", 2, 3, size=2), "nvfp4", (2, 2), size=2)


def layer(
    weights: Path,
    block: str,
    lanes: tuple[int, int],
    to: str = "bfloat16",
    levels: int = UNCUT,
    size: int = SIZE,
) -> Instance:
    shape = read_block_layer_shape(
        weights, block, size=size, activation="relu", lanes=lanes, levels=levels
    )
    return make_instance("linear", block=shape, to=to)


def test_names_and_figures(weights: Path) -> None:
    one = layer(weights, "nvfp4", (2, 2), levels=50)
    assert one.name[:-8] == (
        "linear_nvfp4_3blocks_size4_5outputs_relu_array2x2_levels50_bfloat16_weights_"
    )
    assert command_line("verilog", one).endswith("relu --shape array --lanes 2x2 --levels 50")
    row = figures(one)
    assert (row["lanes"], row["layers"], row["accumulate"]) == ("2x2", "12x5", "exact")
    array = make_layer_array(one, "layer")
    counts = [len(graph.neurons) for graph in vars(array.graphs).values()]
    assert row["neurons"] == 2 * sum(counts[:2]) + counts[2]
    assert row["initiation_interval"] == 3 * 2 * 3 == array.timing.interval
    # Two rows of bits, as wide as products and scales of E4M3 need, without the bias.
    assert len(array.graphs.accumulate.inputs[0].nodes) < 2 * 50
    with pytest.raises(InputError, match=r"^Shape of a layer must be unrolled to be one neuron"):
        _ = one.graph
    how = {"block": "nvfp4", "block_size": SIZE, "weights": weights, "to": "bfloat16"}
    assert sf.design("linear", lanes=(2, 2), levels=50, activation="relu", **how).name == one.name
    with pytest.raises(InputError, match=r"^Levels must be at least 1, not 0$"):
        sf.design("linear", lanes=(2, 2), levels=0, **how)


@pytest.mark.slow
@pytest.mark.tool
def test_icarus(small: Instance, tmp_path: Path) -> None:
    """Directed blocks and some random ones, in the clocks that are promised, and with pauses."""
    found = list(check([small], ["icarus"], tmp_path, Selected(random_cases=4)))
    assert [one.outcome.cases for one in found] == [58, 58]
    assert [(one.outcome.report, one.outcome.mismatches) for one in found] == [("", 0)] * 2


@pytest.mark.tool
@pytest.mark.slow
def test_verilator(weights: Path, tmp_path: Path) -> None:
    """Scales of both kinds, infinities, lanes that do not divide the outputs, cut and uncut."""
    instances = [
        layer(weights, "mxfp8_e5m2", (3, 1), to="binary16"),
        layer(weights, "nvfp4", (2, 2), levels=12),
    ]
    found = list(check(instances, ["verilator"], tmp_path, Selected(random_cases=300)))
    assert len(found) == 2 * len(instances)
    assert [(one.outcome.report, one.outcome.mismatches) for one in found] == [("", 0)] * len(found)


@pytest.mark.slow
@pytest.mark.tool
def test_faults_are_found(small: Instance, tmp_path: Path) -> None:
    right = make_check(small, Selected(random_cases=0))
    faults = {
        "a scale of other inputs": (".x_scale(x_scale)", ".x_scale(~x_scale)"),
        "a scale of other weights": (".read__addr(address)", ".read__addr(~address)"),
    }
    checks = []
    for name, (old, new) in faults.items():
        text = right.dut.verilog
        assert old in text, name
        checks.append(
            replace(right, dut=replace(right.dut, name=name, verilog=text.replace(old, new)))
        )
    outcomes = verify(checks, "icarus", tmp_path, pauses=PAUSED[:1])
    wrong = {one.dut.name for one in outcomes if one.mismatches}
    assert wrong == set(faults)


@pytest.mark.parametrize(
    "words, told",
    [
        ("--lanes 2x3", "Lanes for inputs must divide the 4 elements of a block, not be 3"),
        (
            "--lanes 6x1",
            "Lanes for outputs must be from 1 to 5, as the layer has so many outputs, not 6",
        ),
        (
            "--lanes 1x1 --accumulate wide",
            "Accumulation of blocks on an array must be exact, not 'wide'",
        ),
        ("--lanes 1x1 --objective luts", "Objective of an array must be structure, not 'luts'"),
    ],
)
def test_refused(words: str, told: str, weights: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    status, _, errors = run_command(
        f"spikefloat verilog linear --block nvfp4 --block-size 4 --weights {weights} --shape array "
        f"{words} -o {folder}"
    )
    assert (status, errors.splitlines()) == (2, [f"spikefloat: error: {told}"])
    assert not folder.exists()
