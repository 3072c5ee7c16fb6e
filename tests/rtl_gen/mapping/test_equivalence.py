# SPDX-License-Identifier: Apache-2.0
"""Proofs of equality: they find every planted fault, and name an input that shows it."""

from typing import Any

import numpy as np
import pytest
from pysat.solvers import Glucose4

from spikefloat.rtl_gen.mapping import equivalence
from spikefloat.rtl_gen.mapping.aig import Circuit
from spikefloat.rtl_gen.mapping.cover import cover
from spikefloat.rtl_gen.mapping.equivalence import Proof, prove
from spikefloat.rtl_gen.mapping.network import ThresholdGate, ThresholdNetwork
from spikefloat.rtl_gen.neurons.budgets import BUDGETS
from tests.helpers.graphs import evaluate
from tests.helpers.mapping_examples import adder, multiplier


def network_of(circuit: Circuit) -> ThresholdNetwork:
    return cover(circuit, BUDGETS["w2"], keep_depth=False, size=4, cut_limit=12)


def output(network: ThresholdNetwork, inputs: dict[str, int]) -> int:
    graph = network.graph()
    codes = {name: np.array([code]) for name, code in inputs.items()}
    return int(evaluate(graph, codes)["y"][0])


@pytest.mark.parametrize("width, method", [(4, "all 512 input patterns"), (12, "satisfiability")])
def test_equal(width: int, method: str) -> None:
    circuit = adder(width)
    proof = prove(circuit, network_of(circuit).graph())
    assert proof.equal
    assert proof.method.startswith(method)
    assert proof.counterexample is None


@pytest.mark.parametrize("width", [3, 11])
def test_planted_faults(width: int) -> None:
    """Each neuron with its threshold one higher is found, unless that changes nothing."""
    circuit = adder(width)
    right = network_of(circuit)
    nodes = right.order() if width < 5 else right.order()[::7]
    for node in nodes:
        faulty = right.copy()
        gate = right.gates[node]
        faulty.replace(node, ThresholdGate(gate.sources, gate.weights, gate.threshold + 1))
        proof = prove(circuit, faulty.graph())
        assert not proof.equal
        assert proof.counterexample is not None
        assert set(proof.counterexample) == {"a", "b", "c"}
        right_sum = sum(proof.counterexample.values())
        assert output(right, proof.counterexample) == right_sum
        assert output(faulty, proof.counterexample) != right_sum


def with_rare_fault(circuit: Circuit, pattern: int) -> Circuit:
    """Return a circuit whose first output bit is wrong on one pattern."""
    aig = circuit.aig
    rare = 1
    for i in range(aig.input_count):
        rare = aig.and_(rare, aig.input(i) ^ (~pattern >> i & 1))
    return circuit._replace(literals=(aig.xor(circuit.literals[0], rare), *circuit.literals[1:]))


def test_fault_in_the_last_of_many_patterns() -> None:
    """More patterns than are tried at once."""
    circuit = adder(8)
    proof = prove(circuit, network_of(with_rare_fault(circuit, (1 << 17) - 1)).graph())
    assert proof == Proof(False, "a differing pattern", {"a": 255, "b": 255, "c": 1})


class Hesitant:
    """A solver that decides nothing within the conflicts of an inner proof."""

    def __init__(self) -> None:
        self._solver = Glucose4()
        self._may_decide = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._solver, name)

    def conf_budget(self, conflicts: int) -> None:
        self._may_decide = conflicts != equivalence._INNER_CONFLICTS
        self._solver.conf_budget(conflicts)

    def solve_limited(self, assumptions: list[int]) -> bool | None:
        return self._solver.solve_limited(assumptions=assumptions) if self._may_decide else None


def test_undecided_is_not_equal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nodes that could not be proved equal are not taken for it."""
    monkeypatch.setattr(equivalence, "import_solver", lambda: Hesitant)
    circuit = adder(11)
    proof = prove(circuit, network_of(with_rare_fault(circuit, 0x5A5A5A)).graph())
    assert not proof.equal
    proof = prove(circuit, network_of(circuit).graph())
    assert proof.equal
    assert proof.method.endswith(" 0 inner equalities proved on the way")


def test_rare_fault() -> None:
    """One wrong pattern of 2 ** 25 is found."""
    circuit = adder(12)
    pattern = sum(1 << i for i in range(25) if not i * 7 // 3 & 1)
    proof = prove(circuit, network_of(with_rare_fault(circuit, pattern)).graph())
    assert not proof.equal
    assert proof.counterexample is not None
    bits = proof.counterexample["a"] | proof.counterexample["b"] << 12
    bits |= proof.counterexample["c"] << 24
    assert bits == pattern


def test_large_multiplier() -> None:
    """Two multipliers of 12 bits, 24 inputs, built alike."""
    circuit = multiplier(12)
    proof = prove(circuit, network_of(circuit).graph())
    assert proof == Proof(True, proof.method, None)


def test_ports_must_agree() -> None:
    graph = network_of(adder(3)).graph()
    with pytest.raises(ValueError, match=r"^Ports of adder must be those of its source$"):
        prove(adder(4), graph)
