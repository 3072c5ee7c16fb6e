# SPDX-License-Identifier: Apache-2.0
"""The float unit: every operation on every pair of codes, with flags; other codes give nothing."""

import numpy as np
import pytest

from spikefloat.rtl_gen.checks.verifying.plan import Selected, check
from spikefloat.rtl_gen.circuits import fpu
from spikefloat.rtl_gen.designs.hardware import make_hardware
from spikefloat.rtl_gen.designs.header import header_lines
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.formats import FORMATS, PORT_CODES
from spikefloat.rtl_gen.formats.operation_codes import OPERATION_CODES
from spikefloat.sim.golden.operations import expected_rounded, wide_cases
from spikefloat.sim.golden.rounding import Rounder
from spikefloat.sim.graphs.network import Network
from tests.helpers.flags import every


def differences(fmt, rows):
    """Return the operation codes with wrong results or flags; each row has a mode of its own."""
    graph = make_instance("fpu", format=fmt, rounding="port", flags="after").graph
    a, b, c, op = rows.T
    mode = np.random.default_rng(5).integers(0, len(PORT_CODES), len(rows))
    actual = Network(graph).run({"a": a, "b": b, "c": c, "op": op, "rounding": mode})
    wrong = np.zeros(len(rows), bool)
    for code, rounding in enumerate(PORT_CODES):
        here = mode == code
        operands = [column[here] for column in rows.T]
        right = expected_rounded("fpu", fmt, operands, None, None, Rounder(rounding))
        codes, flags = (actual[port][here] for port in ("y", "flags"))
        wrong[here] = (codes != right.codes) | (flags != right.flags)
    return sorted(set(op[wrong].tolist()))


def all_pairs(fmt, codes):
    """Return every pair for each operation code, beside random third operands."""
    rng = np.random.default_rng(3)
    a, b = every(fmt, 2)
    parts = []
    for code in codes:
        c, above = rng.integers(0, 1 << fmt.width, len(a)), rng.integers(0, 1 << 24, len(a))
        parts.append(np.stack([a | above << 8, b, c, np.full(len(a), code)], axis=1))
    return np.concatenate(parts)


@pytest.mark.slow
@pytest.mark.parametrize("fmt", ["e4m3fn", "e5m2"])
def test_every_operation_on_every_pair(fmt):
    fmt = FORMATS[fmt]
    for code in range(32):
        assert differences(fmt, all_pairs(fmt, [code])) == [], code


@pytest.mark.parametrize("fmt", ["e4m3fn", "e5m2", "e4m3fnuz", "e2m1fn", "binary16", "binary32"])
def test_directed_operands(fmt):
    """Of every operation, in narrow and wide formats, with and without -0, infinities and NaN."""
    fmt = FORMATS[fmt]
    assert differences(fmt, wide_cases("fpu", fmt, 20_000)) == []


def test_planted_fault_is_found(fresh_builds):
    """A sum whose second operand is always the third one."""
    right = fpu._collect_fused

    def wrong(gates, fmt, codes, chosen, collect):
        right(gates, fmt, (codes[0], codes[1], codes[1]), chosen, collect)

    fresh_builds.setattr(fpu, "_collect_fused", wrong)
    fmt = FORMATS["e4m3fn"]
    assert differences(fmt, wide_cases("fpu", fmt, 0)) == [3, 4, 5, 6]


def test_ports_codes_and_sharing():
    """A pipeline and a header that tells the codes; less than the operations by themselves."""
    narrow = make_instance("fpu", format="e2m1fn", rounding="port", flags="after", stages=2)
    ports = " ".join(port.name for port in make_hardware(narrow).ports)
    assert ports == "clk rst a b c op rounding y flags"
    instance = make_instance("fpu", rounding="port", flags="after")
    text = "\n".join(header_lines(instance))
    assert "op: 0 multiply, 1 add, " in text
    assert "25 round_to_integral; the other codes give zero, without flags" in text
    ways = {True: {"rounding": "port", "flags": "after"}, False: {}}
    alone = [make_instance(name, **ways[fpu.rounds(name)]).graph for name in OPERATION_CODES]
    neurons = len(instance.graph.neurons)
    assert neurons <= 2077
    assert 2 * neurons < sum(len(graph.neurons) for graph in alone)


@pytest.mark.tool
@pytest.mark.slow
def test_verilog(tmp_path):
    """Directed and random operands of every operation; Icarus takes milliseconds for each."""
    instances = [
        make_instance("fpu", format=fmt, rounding="port", flags="after")
        for fmt in ("e4m3fn", "e5m2")
    ]
    for simulator, step in (("verilator", 1), ("icarus", 32)):
        selected = Selected(random_cases=2000, every=step)
        results = check(instances, [simulator], tmp_path / simulator, selected)
        assert [one.outcome.mismatches for one in results] == [0, 0]
