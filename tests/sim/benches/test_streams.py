# SPDX-License-Identifier: Apache-2.0
"""Streams under simulation: every pair, with and without pauses, and faults that must be seen."""

import re
from dataclasses import replace

import numpy as np
import pytest

from spikefloat.rtl_gen.designs.catalog import find_design
from spikefloat.rtl_gen.designs.hardware import make_hardware
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.designs.options import Delays
from spikefloat.rtl_gen.designs.rounding import Flags
from spikefloat.sim.benches.bench import verify
from spikefloat.sim.benches.dut import Contract, Outcome
from spikefloat.sim.benches.scalars import ScalarDesign, scalar_checks
from spikefloat.sim.benches.stream_top import stream_top
from spikefloat.sim.benches.ways import Ways
from spikefloat.sim.cases.pauses import Pauses
from spikefloat.sim.golden.operations import expected
from tests.helpers.frames import PAUSES, drive_frames
from tests.helpers.simulators import ICARUS_SLOWLY

NEVER = Pauses(source="never", sink="never")
STAGES = range(5)


def design_of(
    name: str, stages: int, is_stream: bool = True, fault=None, **options
) -> ScalarDesign:
    """Return a design; ``fault`` is a pattern and what is put in its place, once."""
    design = find_design(name)
    instance = make_instance(design, stages=stages, is_stream=is_stream, **options)
    label = f"{instance.name}_{instance.hardware.delays}"
    hardware = make_hardware(instance, module=label)
    text = hardware.verilog
    if fault:
        text, count = re.subn(*fault, text, count=1)
        assert count == 1
    return ScalarDesign(
        name=hardware.module,
        verilog=text,
        module=hardware.module,
        operation=name,
        fmt=instance.circuit.format,
        overflow=instance.circuit.overflow,
        contract=Contract.STREAM if is_stream else Contract.CLOCKED,
        latency=hardware.latency,
        has_axi_reset=instance.hardware.has_axi_reset,
        ways=Ways(has_flags=instance.circuit.rounding.flags is not Flags.NONE),
    )


def verify_streams(designs, simulator, scenes, folder) -> list[Outcome]:
    """Check designs on every pair, each with all pauses."""
    return verify(scalar_checks(designs, "all"), simulator, folder, pauses=scenes)


@pytest.mark.slow
@pytest.mark.tool
@pytest.mark.parametrize("simulator", ["icarus", "verilator"])
def test_every_pair_in_streams(simulator, tmp_path):
    """Multiplier and adder with 0 to 4 cuts, back to back and with pauses at both ends."""
    designs = [design_of(name, stages) for name in ("multiply", "add") for stages in STAGES]
    # Icarus takes its time; it tries every pair in pipelines without streams, below.
    is_fast = simulator == "verilator"
    designs += spiking_designs() if is_fast else []
    count, pauses = (None, "random") if is_fast else (4096, "one_in_four")
    never = Pauses(source="never", sink="never", results=count)
    results = verify_streams(
        designs, simulator, [never, Pauses(source=pauses, sink=pauses, results=count)], tmp_path
    )
    assert len(results) == 2 * len(designs)
    for result in results:
        assert (result.mismatches, result.broken) == (0, 0), result.report
        if result.pauses is never:
            # A result in every clock, from the first, after the latency, to the last.
            assert (result.latency, result.missed) == (result.dut.latency, 0)
        assert result.cases == 65536 if is_fast else result.cases >= 4096


@pytest.mark.tool
def test_flags_go_with_their_results(tmp_path):
    """Beside the data, whatever the hardware and the names of clock and reset."""
    own = {"format": "e2m1fn", "flags": "after"}
    kinds = [
        {"stages": 0},
        {"stages": 2, "has_axi_reset": True},
        {"stages": 0, "style": "spiking"},
        {"stages": 0, "style": "spiking", "has_axi_reset": True},
        {"stages": 1, "backend": "amaranth"},
    ]
    designs = [design_of("multiply", **own, **kind) for kind in kinds]
    fault = (r"\(m_axis_tuser\)", "({m_axis_tuser[0], m_axis_tuser[4:1]})")
    wrong = design_of("multiply", 3, fault=fault, **own)
    random = Pauses(source="random", sink="random")
    outcomes = verify_streams([*designs, wrong], "icarus", [NEVER, random], tmp_path)
    *results, faulty = outcomes[:-1]
    for result in results:
        assert (result.cases, result.mismatches) == (256, 0), result.report
        assert set(np.unique(result.results["flags"]).tolist()) >= {0, 1, 5}
    assert faulty.mismatches > 50
    assert "flags=0x" in faulty.report


def spiking_designs() -> list[ScalarDesign]:
    return [
        design_of(name, 0, style="spiking", delays=delays, objective="neurons")
        for name in ("multiply", "add")
        for delays in Delays
    ]


@pytest.mark.tool
@pytest.mark.slow
def test_spiking_streams_under_icarus(tmp_path):
    """Some pairs with pauses and back to back; Verilator is given all of them above."""
    never = Pauses(source="never", sink="never", results=4096)
    pauses = Pauses(source="one_in_four", sink="one_in_four", results=4096)
    results = verify_streams(spiking_designs(), "icarus", [never, pauses], tmp_path)
    assert len(results) == 8
    for result in results:
        assert (result.mismatches, result.broken) == (0, 0), result.report
        assert result.cases >= 4096
        if result.pauses is never:
            assert (result.latency, result.missed) == (result.dut.latency, 0)


@pytest.mark.tool
@pytest.mark.parametrize("simulator", ICARUS_SLOWLY)
def test_every_pair_in_pipelines(simulator, tmp_path):
    """The same without streams, one pair in each clock; with Verilator only the longest ones."""
    stages = STAGES[1:] if simulator == "icarus" else STAGES[-1:]
    designs = [
        design_of(name, count, is_stream=False) for name in ("multiply", "add") for count in stages
    ]
    results = verify(scalar_checks(designs, "all"), simulator, tmp_path)
    assert len(results) == 2 * len(stages)
    for result in results:
        assert (result.cases, result.mismatches) == (65536, 0), result.report


@pytest.mark.tool
def test_every_pattern(tmp_path):
    """A sink that pauses misses nothing as long as the sources do not."""
    patterns = ("never", "one_in_four", "random")
    scenes = [
        Pauses(source=source, sink=sink, results=500, seed=7)
        for source in patterns
        for sink in patterns
    ]
    results = verify_streams(
        [design_of("multiply", 0), design_of("multiply", 3)], "icarus", scenes, tmp_path
    )
    assert len(results) == 18
    for result in results:
        assert result.cases >= 500
        assert (result.mismatches, result.broken) == (0, 0), result.report
        assert result.missed == 0 or result.pauses.source != "never"
        assert result.missed > 0 or result.pauses.source != "random"


@pytest.mark.tool
def test_same_seed_same_clocks(tmp_path):
    scene = Pauses(source="random", sink="random", results=500)
    other = Pauses(source="random", sink="random", results=500, seed=2)
    results = verify_streams([design_of("multiply", 1)], "icarus", [scene, scene, other], tmp_path)
    assert results[0].missed == results[1].missed != results[2].missed


#: A fault, and what must be seen of it: results that are wrong, or offers that are not kept.
FAULTS = {
    "taken while full": (
        (r"assign s_axis_a_tready = enable_1", r"assign s_axis_a_tready = 1'b1"),
        "mismatches",
    ),
    "lost": ((r"enable_1 = free_1 \| enable_2", "enable_1 = 1'b1"), "mismatches"),
    "not held": ((r"if \(enable_2\) begin", "begin"), "broken"),
    "withdrawn": ((r"(m_axis_tvalid <= full_1);", r"\1 & m_axis_tready;"), "mismatches"),
    "repeated": (
        (r"else if \(enable_2\) m_axis_tvalid", "else if (full_1) m_axis_tvalid"),
        "mismatches",
    ),
    "operands not joined": (
        (r"(s_axis_b_tready = enable_1) & s_axis_a_tvalid", r"\1"),
        "mismatches",
    ),
    "wrong neuron": ((r"fires = 4'b1110", "fires = 4'b0110"), "mismatches"),
}


@pytest.mark.tool
def test_faults_are_seen(tmp_path):
    """Each fault is seen, and a design without any, in the same build, is not blamed."""
    designs = [design_of("multiply", 2)]
    designs += [design_of("multiply", 2, fault=change) for change, _ in FAULTS.values()]
    scenes = [Pauses(source="random", sink="random", results=700)]
    good, *bad = verify_streams(designs, "icarus", scenes, tmp_path)
    assert (good.mismatches, good.broken, good.report) == (0, 0, "")
    for (fault, (_, seen)), result in zip(FAULTS.items(), bad, strict=True):
        assert getattr(result, seen) > 0, fault
        assert result.report, fault


@pytest.mark.tool
def test_a_place_too_many_is_seen(tmp_path):
    """Spikes cannot wait, so a wave that enters without a place for its result is lost."""
    changes = (None, (r"has_place <= value_\d+;", "has_place <= 1'b1;"))
    good, bad = verify_streams(
        [
            design_of("multiply", 0, style="spiking", objective="neurons", fault=change)
            for change in changes
        ],
        "icarus",
        [Pauses(source="never", sink="random", results=500)],
        tmp_path,
    )
    assert (good.mismatches, good.broken, good.missed, good.report) == (0, 0, 0, "")
    assert bad.mismatches > 100


@pytest.mark.tool
def test_wrong_latency_is_seen(tmp_path):
    """A pipeline that is said to be a clock faster than it is."""
    design = design_of("multiply", 2, is_stream=False)
    wrong = ScalarDesign(**{**vars(design), "latency": 1})
    (result,) = verify(scalar_checks([wrong], "all"), "icarus", tmp_path)
    assert result.mismatches > 30000


@pytest.mark.tool
@pytest.mark.parametrize("simulator", ["icarus", pytest.param("verilator", marks=pytest.mark.slow)])
def test_stranger(simulator, tmp_path):
    """Source and sink of cocotbext-axi find the same in 4,608 cases, with every pause pattern."""
    design = design_of("multiply", 2)
    cases = np.random.default_rng(1).integers(0, 256, (2, 512))
    names = [f"{source}-{sink}" for source in PAUSES for sink in PAUSES]
    taken = drive_frames(
        design.dut,
        simulator,
        # Without tlast, each transfer is a frame of its own when it is received.
        {f"s_axis_{name}": [codes.tolist()] for name, codes in zip("ab", cases, strict=True)},
        "m_axis",
        cases.shape[1],
        tmp_path,
    )
    assert list(taken) == names
    right = expected("multiply", design.fmt, cases, None).tolist()
    for name in names:
        assert [code for frame in taken[name] for code in frame] == right


@pytest.mark.parametrize(
    "patterns, message",
    [
        (
            ("often", "never"),
            r"^Pauses must be one of never, one_in_four, random, not 'often'$",
        ),
        (
            ("never", "always"),
            r"^Pauses must be one of never, one_in_four, random, not 'always'$",
        ),
    ],
)
def test_unknown_pattern(patterns, message):
    source, sink = patterns
    with pytest.raises(ValueError, match=message):
        Pauses(source=source, sink=sink)


@pytest.mark.tool
def test_operands_of_two_numbers(tmp_path):
    """Designs that cannot share operands are driven one after the other."""
    designs = [design_of(name, 0, format="e2m1fn") for name in ("relu", "multiply")]
    results = verify_streams(designs, "icarus", [NEVER], tmp_path)
    assert [(result.cases, result.mismatches) for result in results] == [(16, 0), (256, 0)]


def test_what_is_refused(tmp_path):
    relu = design_of("relu", 0)
    with pytest.raises(ValueError, match=r"^Pairs must be all or published, not 'some'$"):
        scalar_checks([relu], "some")
    with pytest.raises(ValueError, match=r"^No designs given; at least one is needed$"):
        stream_top([], [])
    plain = design_of("relu", 1, is_stream=False)
    (check,) = scalar_checks([plain], "all")
    check = replace(check, dut=replace(check.dut, contract=Contract.STREAM))
    with pytest.raises(ValueError, match=rf"^Ports of {plain.name} must all be streams$"):
        verify([check], "icarus", tmp_path)
