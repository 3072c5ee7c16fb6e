# SPDX-License-Identifier: Apache-2.0
"""Proving single changes of a network too large for all its input patterns to be tried.

A neuron may take the place of another if both do the same on every pattern. Mostly a few layers
of neurons before them show that already, with whatever reaches those layers left free; so the
proof looks at a small window first, and at larger ones where that fails.
"""

from spikefloat.rtl_gen.mapping.aig import FALSE, TRUE, Aig
from spikefloat.rtl_gen.mapping.equivalence import import_solver
from spikefloat.rtl_gen.mapping.network import ThresholdGate, ThresholdNetwork

__all__ = ["WindowProver"]

_NEURONS = (12, 40, 120)
_CONFLICTS = 500


class WindowProver:
    """Proves that changes of a network keep what each neuron does.

    Parameters
    ----------
    windows : tuple of int
        Number of neurons in the window, one after the other until a proof succeeds.
    """

    def __init__(self, windows: tuple[int, ...] = _NEURONS) -> None:
        self._windows = windows
        self._solver = import_solver()

    def confirm(self, network: ThresholdNetwork, node: int, gate: ThresholdGate) -> bool:
        """Tell whether a neuron is proved to do the same as the one that a node has."""
        old = network.gates[node]
        for size in self._windows:
            window = _window(network, {*old.sources, *gate.sources}, size)
            if self._same(network, window, old, gate):
                return True
            if len(window) < size:
                return False  # it was all there is
        return False

    def _same(
        self, network: ThresholdNetwork, window: list[int], old: ThresholdGate, gate: ThresholdGate
    ) -> bool:
        inside = set(window)
        outside = sorted(
            {s for c in (old, gate, *(network.gates[n] for n in window)) for s in c.sources}
            - inside
        )
        aig = Aig(len(outside))
        literals = {node: aig.input(i) for i, node in enumerate(outside)}

        def make(gate: ThresholdGate) -> int:
            return aig.threshold([literals[s] for s in gate.sources], gate.weights, gate.threshold)

        for node in window:
            literals[node] = make(network.gates[node])
        a, b = make(old), make(gate)
        differ = aig.xor(a, b)
        if differ in (FALSE, TRUE):
            return differ == FALSE
        with self._solver() as solver:
            for node in aig.cone([differ]):
                x, y = (_variable(fanin) for fanin in aig.fanins[node])
                solver.append_formula([[-node, x], [-node, y], [node, -x, -y]])
            solver.conf_budget(_CONFLICTS)
            return solver.solve_limited(assumptions=[_variable(differ)]) is False


def _variable(literal: int) -> int:
    return -(literal >> 1) if literal & 1 else literal >> 1


def _window(network: ThresholdNetwork, sources: set[int], size: int) -> list[int]:
    """Return the neurons nearest before some nodes, at most ``size``, in topological order."""
    found: list[int] = []
    visited: set[int] = set()
    layers = network.levels()
    # The deepest first, so that paths that meet again are inside.
    queue = sorted(sources, key=lambda n: (-layers[n], n))
    while queue and len(found) < size:
        node = queue.pop(0)
        if node in visited or node not in network.gates:
            continue
        visited.add(node)
        found.append(node)
        queue = sorted({*queue, *network.gates[node].sources}, key=lambda n: (-layers[n], n))
    return sorted(found, key=lambda n: (layers[n], n))
