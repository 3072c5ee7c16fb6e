# SPDX-License-Identifier: Apache-2.0
"""Campaigns: the statistics, what is measured, and that results are kept and do not depend on who
computes them."""

import math
from dataclasses import replace

import numpy as np
import pytest

from spikefloat.rtl_gen.checks.targets import block_target, design_target
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.sim.campaigns import store as campaign_store
from spikefloat.sim.campaigns.campaign import Cell, run_cell, wilson_interval
from spikefloat.sim.campaigns.store import ResultStore, run_campaign
from spikefloat.sim.campaigns.target import FloatReference, IntegerReference
from spikefloat.sim.devices.physics import Physics


def cells(count=6, **options):
    options = {"precision": 0.02, **options}
    names = ("and", "or", "xor", "ripple4")
    return [
        Cell(
            target=block_target(names[i % 4]),
            physics=Physics(synapse_noise=0.1 + 0.02 * i),
            seed=i,
            **options,
        )
        for i in range(count)
    ]


def multiply_target(**options):
    return design_target(make_instance("multiply", **options))


def test_wilson_interval():
    """Against figures worked out from the formula by hand."""
    assert wilson_interval(0, 10) == pytest.approx((0, 0.27753), abs=1e-5)
    assert wilson_interval(5, 10) == pytest.approx((0.23659, 0.76341), abs=1e-5)
    assert wilson_interval(10, 10) == pytest.approx((0.72247, 1), abs=1e-5)
    with pytest.raises(
        ValueError,
        match=r"^Successes must be from 0 to the number of trials, "
        r"not 2 of 1$",
    ):
        wilson_interval(2, 1)


def test_interval_holds_the_truth():
    """About 95 in 100 intervals hold the share that the formula of the AND gate gives."""
    noise = 0.25 * math.sqrt(2)
    tail = 0.5 * math.erfc(0.5 / noise / math.sqrt(2))
    far = 0.5 * math.erfc(1.5 / noise / math.sqrt(2))
    truth = 1 - (3 * tail + far) / 4
    target, held = block_target("and"), 0
    for seed in range(100):
        result = run_cell(Cell(target=target, physics=Physics(synapse_noise=0.25), seed=seed))
        held += result["ci_low"] <= truth <= result["ci_high"]
    assert 88 <= held <= 99


def test_ideal_cell():
    result = run_cell(Cell(target=multiply_target(objective="neurons"), precision=0.001))
    assert result["exact"] == result["trials"] == 65536
    assert (result["mean_ulp"], result["max_ulp"], result["mean_relative_error"]) == (0, 0, 0)
    assert 0.82 < result["comparable"] / result["trials"] < 0.84  # the rest overflow or are NaN
    assert result["ci_low"] > 0.9999
    assert result["ci_high"] == 1


def test_complexity_of_an_and_gate():
    """One spike in four from two synapses, each of which has a spike half of the time."""
    result = run_cell(Cell(target=block_target("and"), precision=0.001))
    assert result["connection_sparsity"] == 0
    assert result["spikes_per_operation"] == pytest.approx(0.25, abs=0.01)
    assert result["activation_sparsity"] == pytest.approx(0.75, abs=0.01)
    assert result["effective_synaptic_operations"] == pytest.approx(1, abs=0.02)
    xor = run_cell(Cell(target=block_target("xor"), precision=0.001))
    # Of 2 + 3 possible connections all are there.
    assert (xor["synapses"], xor["connection_sparsity"]) == (5, 0)


def test_trials_follow_the_precision():
    coarse, fine, short = (
        run_cell(
            Cell(
                target=block_target("xor"),
                physics=Physics(synapse_noise=0.3),
                precision=precision,
                max_trials=limit,
            )
        )
        for precision, limit in ((0.01, 1 << 20), (0.001, 1 << 20), (0.001, 100_000))
    )
    assert coarse["trials"] == 65536
    assert fine["trials"] > 5 * coarse["trials"]
    half = (fine["ci_high"] - fine["ci_low"]) / 2
    # Not a batch later than needed, either.
    batches = fine["trials"] // 65536
    assert half <= 0.001 < half * math.sqrt(batches / (batches - 1))
    assert short["trials"] == 2 * 65536


def test_devices_differ():
    """Trials on one device are not independent: the interval says how little a few devices tell."""
    physics = Physics(threshold_mismatch=0.4)
    result = run_cell(Cell(target=block_target("ripple4"), physics=physics, precision=0.02))
    assert result["devices"] > 10
    assert result["trials"] == 16384 * result["devices"]
    naive = wilson_interval(result["exact"], result["trials"])
    assert result["ci_high"] - result["ci_low"] > 5 * (naive[1] - naive[0])
    for count in (1, 2):
        few = run_cell(
            Cell(
                target=block_target("and"),
                physics=Physics(threshold_mismatch=0.01),
                max_trials=count * 16384,
                precision=1e-9,
            )
        )
        assert (few["exact_rate"], few["devices"]) == (1, count)
        assert few["ci_low"] < 0.5


def test_errors():
    instance = make_instance("multiply")
    floats = FloatReference(
        operation="multiply", fmt=instance.circuit.format, overflow=instance.circuit.overflow
    )
    found = np.array([0x01, 0x80, 0x81, 0x38, 0x7F, 0x38])
    right = np.array([0x00, 0x00, 0x01, 0x40, 0x38, 0xFF])
    steps, relative = floats.errors(found, right)
    np.testing.assert_array_equal(steps, [1, 0, 2, 8, np.nan, np.nan])
    np.testing.assert_array_equal(relative, [1, 0, 2, 0.5, np.nan, np.nan])
    steps, relative = IntegerReference(operation="sum").errors(np.array([3]), np.array([5]))
    assert (steps[0], relative[0]) == (2, 0.4)


def test_results_do_not_depend_on_processes(tmp_path):
    one = run_campaign(cells())
    two = run_campaign(cells(), workers=2, path=tmp_path / "two.db")
    assert one == two
    assert len({result["exact"] for result in one}) > 1


def test_resume(tmp_path, monkeypatch):
    """What was finished before an interruption is not run again."""
    path, ran = tmp_path / "store.db", []

    def interrupted(cell):
        if len(ran) == 3:
            raise KeyboardInterrupt
        ran.append(cell.key)
        return run_cell(cell)

    monkeypatch.setattr(campaign_store, "run_cell", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run_campaign(cells(), path=path)
    store = ResultStore(path)
    assert len(store) == 3
    store.close()
    monkeypatch.setattr(
        campaign_store, "run_cell", lambda cell: ran.append(cell.key) or run_cell(cell)
    )
    seen = []
    results = run_campaign(cells(), path=path, progress=lambda *counts: seen.append(counts))
    assert len(ran) == len(set(ran)) == 6
    assert seen == [(3, 6), (4, 6), (5, 6), (6, 6)]
    assert results == run_campaign(cells())
    assert results[0]["trials"] > 0


def test_keys():
    """Everything that decides on a result decides on its key; equal cells are run once."""
    cell, spiking = cells(1)[0], Physics(style="spiking")
    others = [
        replace(cell, seed=1),
        replace(cell, precision=0.1),
        replace(cell, max_trials=1),
        replace(cell, physics=Physics()),
        replace(cell, physics=spiking, order="provoking"),
        replace(cell, physics=spiking),
        replace(cell, target=block_target("or")),
        replace(cell, target=replace(cell.target, reference=IntegerReference(operation="or"))),
    ]
    assert len({other.key for other in (cell, *others)}) == 9
    assert cells(1)[0].key == cell.key
    done = []
    run_campaign([cell, cell], progress=lambda *counts: done.append(counts))
    assert done[-1] == (1, 1)


def test_wrong(tmp_path):
    with pytest.raises(ValueError, match=r"^Precision must be positive, not 0$"):
        cells(1, precision=0)
    with pytest.raises(ValueError, match=r"^Number of trials must be positive, not 0$"):
        cells(1, max_trials=0)
    with pytest.raises(ValueError, match=r"^Number of workers must be positive, not 0$"):
        run_campaign(cells(1), workers=0)
    path = tmp_path / "text.db"
    path.write_text("no database, but a text that is long enough to look at" * 20)
    with pytest.raises(ValueError, match=r"^Store must be a SQLite file that can be written, "):
        run_campaign(cells(1), path=path)
