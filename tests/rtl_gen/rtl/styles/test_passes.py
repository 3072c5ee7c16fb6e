# SPDX-License-Identifier: Apache-2.0
"""Softmax and normalisations with one element in each clock: their passes in the graph, and RTL."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from _pytest.mark import ParameterSet
from numpy.typing import NDArray

from spikefloat.rtl_gen.checks.golden import golden_codes
from spikefloat.rtl_gen.checks.verifying.plan import Selected, check, make_check
from spikefloat.rtl_gen.designs.build import build_sequential
from spikefloat.rtl_gen.designs.header import design_hardware
from spikefloat.rtl_gen.designs.instance import Instance, make_instance
from spikefloat.rtl_gen.designs.labels import size
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.rtl.styles.passes import PassSteps
from spikefloat.sim.benches.bench import verify
from spikefloat.sim.benches.dut import Check
from spikefloat.sim.golden.vectors.operations import VECTORS
from spikefloat.sim.graphs.network import Network

NAMES = ("softmax", "rms_norm", "layer_norm")

Codes = NDArray[np.int64]


def slow(*values: object) -> ParameterSet:
    return pytest.param(*values, marks=pytest.mark.slow)


def unit(name: str, **options: object) -> Instance:
    return make_instance(name, style="sequential", **options)


class Passes:
    """A unit, pass after pass, for many vectors at once."""

    def __init__(self, instance: Instance, first: int = 1) -> None:
        steps = build_sequential(instance.design, instance.circuit, instance.shape)
        assert isinstance(steps, PassSteps)
        self._steps = steps
        self._first = first  # what the first element of a vector is told
        self._registers: dict[str, np.ndarray] = {}

    def _use(self, graph: NeuronGraph, **given: np.ndarray) -> dict[str, np.ndarray]:
        """Return what a circuit gives, and keep what is for registers."""
        inputs = {
            port.name: given[port.name] if port.name in given else self._registers[port.name]
            for port in graph.inputs
        }
        outputs = Network(graph).run(inputs)
        for name, word in outputs.items():
            self._registers[name.removeprefix("next_")] = word
        return outputs

    def results(self, x: Codes, *others: Codes) -> Codes:
        """Return the results of vectors."""
        steps, count = self._steps, len(x)
        rng = np.random.default_rng(2)
        for name, width in steps.registers_kept.items():  # what another vector has left behind
            wide = width > 64
            shape = (count, width) if wide else (count,)
            self._registers[name] = rng.integers(0, 2 if wide else 1 << min(width, 63), shape)
        stored = []
        for place, element in enumerate(x.T):
            first = np.full(count, self._first if place == 0 else 0)
            self._use(steps.take, element=element, first=first)
            stored.append(element)
        if steps.scan and steps.add:
            for place, element in enumerate(stored):
                first = np.full(count, place == 0, int)
                stored[place] = self._use(steps.scan, element=element)["stored"]
                self._use(steps.add, stored=stored[place], first=first)
        if steps.begin and steps.step:
            self._use(steps.begin)
            for _ in range(steps.digits):
                self._use(steps.step)
        self._use(steps.settle)
        columns = []
        for place, element in enumerate(stored):
            codes = {name: own[:, place] for name, own in zip(steps.others, others, strict=True)}
            columns.append(self._use(steps.give, element=element, **codes)["y"])
        return np.stack(columns, axis=-1).astype(np.int64)


def wrong(instance: Instance, operands: tuple[Codes, ...], first: int = 1) -> int:
    """Return how many results are wrong."""
    named = dict(zip(instance.design.operands, operands, strict=True))
    results = Passes(instance, first).results(*operands)
    return int(np.count_nonzero(results != golden_codes(instance, named)))


def cases(instance: Instance, count: int) -> tuple[Codes, ...]:
    name, length = instance.design.name, instance.shape.length
    return VECTORS[name].cases(instance.circuit.format, length, count, 3)


@pytest.mark.parametrize(
    "name, options",
    [
        ("softmax", {"length": 9, "format": "e2m1fn", "to": "bfloat16"}),
        ("rms_norm", {"length": 9, "to": "bfloat16"}),
        ("rms_norm", {"length": 4, "format": "binary16", "to": "e4m3fn"}),
        ("layer_norm", {"length": 5, "format": "e2m1fn"}),
        slow("softmax", {"length": 12, "format": "e5m2"}),
        slow("softmax", {"length": 7, "library": "published", "format": "e3m2fn"}),
        slow("rms_norm", {"length": 64, "format": "e5m2"}),
        slow("rms_norm", {"length": 6, "format": "bfloat16", "to": "e4m3fn"}),
        slow("layer_norm", {"length": 8, "format": "e4m3fnuz", "epsilon": 0.25}),
        slow("layer_norm", {"length": 33, "to": "bfloat16"}),
    ],
)
def test_directed_and_random_vectors(name: str, options: dict) -> None:
    instance = unit(name, **options)
    assert not wrong(instance, cases(instance, 500))


@pytest.mark.parametrize("name", [slow(name) for name in NAMES])
def test_every_pair(name: str) -> None:
    instance = unit(name, length=2, to="bfloat16")
    x = np.stack(np.divmod(np.arange(1 << 16), 256), axis=-1)
    others = cases(instance, len(x))[1:]
    assert not wrong(instance, (x, *(own[: len(x)] for own in others)))


@pytest.mark.slow
def test_wide_numbers_give_subnormal_roots() -> None:
    """Of the largest bfloat16, the reciprocal root is below the smallest normal one."""
    instance = unit("rms_norm", length=2, format="bfloat16")
    largest = instance.circuit.format.max_code
    x = np.array([[largest, largest], [largest, largest - 0x87], [0x7E83, 0x7E00], [1, 0]])
    g = np.array([[largest, 0x3F80], [0x3F80, 0x7E00], [0x3F80, 0x3F80], [0x3F80, largest]])
    assert not wrong(instance, (x, g))


def test_a_planted_fault_is_seen() -> None:
    """What is kept from the vector before makes another sum."""
    instance = unit("rms_norm", length=3)
    operands = cases(instance, 300)
    assert wrong(instance, operands, first=0) > 300


@pytest.mark.parametrize("name", ["rms_norm", slow("softmax"), slow("layer_norm")])
def test_neurons_grow_with_the_logarithm_of_the_length(name: str) -> None:
    neurons = [size(unit(name, length=length))["neurons"] for length in (8, 64, 256)]
    assert neurons[0] < neurons[1] < neurons[2] < 1.3 * neurons[0]


def test_ports_and_timing() -> None:
    hardware = design_hardware(unit("rms_norm", length=16, to="bfloat16"))
    assert " ".join(port.name for port in hardware.ports) == (
        "clk rst s_axis_x_tdata s_axis_x_tvalid s_axis_x_tready s_axis_x_tlast "
        "s_axis_g_tdata s_axis_g_tvalid s_axis_g_tready s_axis_g_tlast "
        "m_axis_tdata m_axis_tvalid m_axis_tready m_axis_tlast frame_error"
    )
    # Ten digits; one clock before and one behind them, and three for the memory and the result.
    assert (hardware.latency, hardware.initiation_interval) == (15, 30)
    for line in (
        "memory: 16 words of 8 bits",
        "g: an element is taken with each result",
        "clocks from one vector to the next: 30; it comes in while results go out",
        "rounding: y[i] = x[i] * r * g[i], once, into bfloat16",
    ):
        assert line in hardware.verilog.replace("\n// ", " ")


@pytest.mark.parametrize(
    "name, options, simulator",
    [
        ("rms_norm", {"length": 3, "format": "e2m1fn"}, "icarus"),
        slow("rms_norm", {"length": 1, "format": "e2m1fn"}, "icarus"),
        slow("rms_norm", {"length": 8, "format": "e5m2", "to": "bfloat16"}, "verilator"),
        slow("softmax", {"length": 5, "format": "e2m1fn", "to": "bfloat16"}, "icarus"),
        slow("layer_norm", {"length": 4, "format": "e2m1fn"}, "icarus"),
    ],
)
@pytest.mark.tool
def test_hardware(name: str, options: dict, simulator: str, tmp_path: Path) -> None:
    """Vectors one after the other without pauses, to the clock; and with pauses at both ends."""
    rows = check([unit(name, **options)], [simulator], tmp_path, Selected(random_cases=50))
    assert [str(row.outcome.pauses) for row in rows] == ["none", "random"]
    for row in rows:
        assert row.outcome.cases > 50
        assert row.outcome.mismatches == 0, row.outcome.report
        assert not row.outcome.report


@pytest.mark.slow
@pytest.mark.parametrize(
    "name, cuts",
    [
        ("softmax", {"scan": 2, "settle": 1, "give": 2}),
        slow("softmax", {"scan": 1}),
        slow("softmax", {"give": 1}),
        slow("layer_norm", {"begin": 2, "step": 1, "settle": 1, "give": 3}),
    ],
)
@pytest.mark.tool
def test_cut_circuits(name: str, cuts: dict[str, int], tmp_path: Path) -> None:
    """Results are the same, in the clocks that are told, with pauses at both ends, too."""
    instance = unit(name, length=5, format="e2m1fn", to="bfloat16")
    steps = build_sequential(instance.design, instance.circuit, instance.shape)
    assert isinstance(steps, PassSteps)
    steps = replace(steps, cuts=cuts)
    checked = make_check(instance, Selected(random_cases=30))
    later = steps.latency - checked.dut.latency
    assert later >= sum(cuts.values())
    dut = replace(
        checked.dut,
        verilog=steps.verilog(checked.dut.module, [])[0],
        latency=steps.latency,
        last_latency=checked.dut.last_latency + later,
        interval=steps.interval,
    )
    outcomes = verify([replace(checked, dut=dut)], "icarus", tmp_path)
    for outcome in outcomes:
        assert outcome.mismatches == 0, outcome.report
        assert not outcome.report


def of_length(name: str, length: int, most: int) -> Check:
    """Return the check of vectors of a length, on a unit for another one."""
    selected = Selected(random_cases=20)
    longer = make_check(unit(name, length=most, format="e2m1fn", to="bfloat16"), selected)
    own = make_check(unit(name, length=length, format="e2m1fn", to="bfloat16"), selected)
    verilog = {"verilog": longer.dut.verilog, "module": longer.dut.module}
    return replace(own, dut=replace(own.dut, **verilog, name=longer.dut.name))


@pytest.mark.parametrize(
    "name, length, is_right",
    [
        slow("softmax", 3, True),
        slow("softmax", 6, False),
        slow("rms_norm", 4, False),
        slow("rms_norm", 6, False),
    ],
)
@pytest.mark.tool
def test_shorter_and_longer_vectors(name: str, length: int, is_right: bool, tmp_path: Path) -> None:
    """``softmax`` takes what is shorter; all else sets ``frame_error``."""
    outcome, _ = verify([of_length(name, length, 5)], "icarus", tmp_path)
    assert ("frame_error" not in outcome.report) == is_right, outcome.report
    if is_right:
        assert outcome.mismatches == 0
