# SPDX-License-Identifier: Apache-2.0
"""Each lemma holds for the circuits there are, and not for circuits with a fault."""

import copy
from functools import cache

import numpy as np
import pytest

from spikefloat.rtl_gen.checks.proving import methods
from spikefloat.rtl_gen.checks.proving.cuts import CUTS
from spikefloat.rtl_gen.checks.proving.netlists import Codes, part, read_back, results
from spikefloat.rtl_gen.checks.proving.plan import Method
from spikefloat.rtl_gen.checks.proving.solver import NotDecided
from spikefloat.rtl_gen.checks.proving.work import Refuted, Work
from spikefloat.rtl_gen.checks.verifying.plan import Selected, make_check
from spikefloat.rtl_gen.designs.header import design_hardware
from spikefloat.rtl_gen.designs.instance import Instance, make_instance
from spikefloat.rtl_gen.mapping.aig import Circuit
from spikefloat.sim.graphs.planes import pack_codes

#: Where operations are cut.
CUT = {
    "multiply": CUTS[Method.PRODUCT],
    "divide": CUTS[Method.QUOTIENT],
    "square_root": CUTS[Method.ROOT],
}


def prove_lemma(lemma: str, work: Work, instance: Instance, circuit: Circuit) -> None:
    if lemma == "theory":
        methods.by_theory(work, instance, circuit)
    else:
        method = methods.behind_cut if lemma == "behind" else methods.in_front_of_cut
        method(work, instance, circuit, CUT[instance.design.name])


@cache
def netlist(name: str, fmt: str) -> tuple[Instance, Circuit]:
    instance = make_instance(name, format=fmt)
    cuts = CUT[name].wires if name in CUT else ()
    return instance, read_back(design_hardware(instance), cuts)


@cache
def operands(name: str, fmt: str) -> tuple[Codes, int]:
    instance, _ = netlist(name, fmt)
    check = make_check(instance, Selected(random_cases=20_000)).cases
    codes = {key: values.ravel()[check.indices] for key, values in check.operands.items()}
    return codes, len(check.indices)


def gives(circuit: Circuit, codes: Codes, trials: int) -> np.ndarray:
    """Return what a circuit gives for operands; what was cut is put together again."""
    wires = [port.name for port in circuit.outputs if port.name != "y"]
    if wires:
        front = part(circuit, wires)
        rows = [pack_codes(codes[port.name], port.width) for port in front.inputs]
        _, found = results(front, np.concatenate(rows), trials)
        codes = {**codes, **{f"{wire}_i": found[wire] for wire in wires}}
    rows = [pack_codes(codes[port.name], port.width) for port in circuit.inputs]
    return results(circuit, np.concatenate(rows), trials)[1]["y"]


def faults(name: str, fmt: str, output: str, count: int) -> list[Circuit]:
    """Return circuits with one inverter too many, which some operands show."""
    _, circuit = netlist(name, fmt)
    codes, trials = operands(name, fmt)
    right = gives(circuit, codes, trials)
    cone = circuit.aig.cone(part_literals(circuit, output))
    found = []
    for place in np.random.default_rng(1).permutation(len(cone)):
        node = cone[place]
        aig = copy.copy(circuit.aig)
        aig.fanins = list(aig.fanins)
        a, b = aig.fanins[node]
        aig.fanins[node] = (a, b ^ 1)
        faulty = circuit._replace(aig=aig)
        if (gives(faulty, codes, trials) != right).any():
            found.append(faulty)
        if len(found) == count:
            return found
    raise AssertionError(f"only {len(found)} faults show")


def part_literals(circuit: Circuit, output: str) -> list[int]:
    start = 0
    for port in circuit.outputs:
        if port.name == output:
            return list(circuit.literals[start : start + port.width])
        start += port.width
    raise AssertionError(output)


@pytest.mark.tool
@pytest.mark.parametrize(
    ("lemma", "name", "fmt", "output"),
    [
        ("front", "multiply", "bfloat16", "product"),
        ("behind", "multiply", "bfloat16", "y"),
        ("front", "divide", "bfloat16", "significand_quotient_quotient"),
        pytest.param(
            *("front", "divide", "bfloat16", "significand_quotient_inexact"), marks=pytest.mark.slow
        ),
        pytest.param(*("behind", "divide", "bfloat16", "y"), marks=pytest.mark.slow),
        pytest.param(*("front", "square_root", "bfloat16", "root"), marks=pytest.mark.slow),
        pytest.param(*("front", "square_root", "bfloat16", "inexact"), marks=pytest.mark.slow),
        ("behind", "square_root", "bfloat16", "y"),
        ("theory", "less", "bfloat16", "y"),
        ("theory", "unordered", "binary16", "y"),
        ("theory", "minimum_number", "bfloat16", "y"),
    ],
)
def test_lemmas(lemma: str, name: str, fmt: str, output: str) -> None:
    """Six faults in each; where nothing is cut, operands that the solver finds show it."""
    instance, circuit = netlist(name, fmt)
    work = Work(300, lambda _: None)
    prove_lemma(lemma, work, instance, circuit)
    assert len(work.lemmas) == 1
    for faulty in faults(name, fmt, output, 6):
        with pytest.raises(Refuted) as refuted:
            prove_lemma(lemma, work, instance, faulty)
        if lemma == "theory":
            at = {key: np.array([code]) for key, code in refuted.value.operands.items()}
            assert gives(faulty, at, 1) != gives(circuit, at, 1)
    assert len(work.lemmas) == 1


@pytest.mark.tool
@pytest.mark.slow
@pytest.mark.parametrize("mode", ["rdn", "rna"])
def test_sums_in_other_modes(mode: str) -> None:
    instance = make_instance("add", format="bfloat16", rounding=mode)
    circuit = read_back(design_hardware(instance))
    work = Work(600, lambda _: None)
    methods.by_theory(work, instance, circuit)
    assert [lemma.method for lemma in work.lemmas] == ["Bitwuzla"]


@pytest.mark.tool
def test_faults_in_a_sum() -> None:
    """Of another mode, too: the reference knows the modes apart."""
    instance, _ = netlist("add", "bfloat16")
    for faulty in faults("add", "bfloat16", "y", 4):
        with pytest.raises(Refuted):
            methods.by_theory(Work(300, lambda _: None), instance, faulty)
    for mode in ("rtz", "rdn", "rup", "rna"):
        other = make_instance("add", format="bfloat16", rounding=mode)
        with pytest.raises(Refuted):
            methods.by_theory(Work(300, lambda _: None), other, netlist("add", "bfloat16")[1])


@pytest.mark.tool
def test_the_time_is_over() -> None:
    """A solver that works is stopped, as is one that sweeps."""
    instance, circuit = netlist("add", "bfloat16")
    with pytest.raises(NotDecided, match=r"^the time limit of 1\.5 s is reached$"):
        methods.by_theory(Work(1.5, lambda _: None), instance, circuit)
    instance, cut = netlist("multiply", "bfloat16")
    with pytest.raises(NotDecided, match="the time limit of 0 s is reached"):
        methods.in_front_of_cut(Work(0, lambda _: None), instance, cut, CUT["multiply"])
