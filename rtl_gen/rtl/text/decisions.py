# SPDX-License-Identifier: Apache-2.0
"""Neurons of large fan-in as chains of decisions.

The heaviest synapse is looked at first; each decision asks what the rest must still contribute.
Synthesis turns this into a few lookup tables, where the sum becomes an adder.
"""

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

__all__ = ["decision_text"]

#: Beyond these sizes a neuron is written as the sum that defines it. With many equal weights there
#: are many decisions, and an adder is smaller: measured with Yosys, 6-input lookup tables.
_MAX_FAN_IN = 64
_MAX_DECISIONS_PER_SYNAPSE = 3


class _Decision(NamedTuple):
    """For every need from ``low`` to ``high``, the rest of the synapses decides in the same way."""

    low: int
    high: int
    text: str  #: Name of the wire, or a constant.


def decision_text(weights: Sequence[int], threshold: int) -> list[str]:
    """Return the lines inside the module of a neuron with inputs ``x`` and output ``spike``.

    Parameters
    ----------
    weights : sequence of int
        Weight of each synapse.
    threshold : int
        Sum at which the neuron fires.
    """
    if len(weights) <= _MAX_FAN_IN:
        diagram = _Diagram(weights, threshold)
        root = diagram.decide(0, threshold)
        if root is not None:
            order = ", ".join(str(index) for index in diagram.order)
            return [
                f"    // Decided in the order {order}: after_2_ge_5 says that what follows the",
                "    // second synapse of that order adds 5 or more (ge_m5: -5 or more).",
                *diagram.lines,
                f"    assign spike = {root.text};",
            ]
    return _sum_text(weights, threshold)


class _Diagram:
    """A reduced decision diagram of a threshold function."""

    def __init__(self, weights: Sequence[int], threshold: int) -> None:
        self.order = sorted(range(len(weights)), key=lambda index: (-abs(weights[index]), index))
        self.lines: list[str] = []
        self._weights = [weights[index] for index in self.order]
        self._far = abs(threshold) + 2 * sum(abs(weight) for weight in weights) + 1  # out of reach
        self._known: list[list[_Decision]] = [[] for _ in range(len(weights) + 1)]

    def decide(self, level: int, need: int) -> _Decision | None:
        """Return the decision whether the synapses from ``level`` on add up to ``need``.

        None if the diagram is too large.
        """
        rest = self._weights[level:]
        least, most = sum(w for w in rest if w < 0), sum(w for w in rest if w > 0)
        if need <= least:
            return _Decision(-self._far, least, "1'b1")
        if need > most:
            return _Decision(most + 1, self._far, "1'b0")
        known = self._known[level]
        position = bisect_left(known, need, key=lambda decision: decision.high)
        if position < len(known) and known[position].low <= need:
            return known[position]
        weight = self._weights[level]
        if len(self.lines) >= _MAX_DECISIONS_PER_SYNAPSE * len(self.order):
            return None
        high = self.decide(level + 1, need - weight)
        low = self.decide(level + 1, need)
        if high is None or low is None:
            return None
        bounds = max(low.low, high.low + weight), min(low.high, high.high + weight)
        if high.text == low.text:
            decision = _Decision(*bounds, high.text)
        elif (high.text, low.text) == ("1'b1", "1'b0"):
            decision = _Decision(*bounds, f"x[{self.order[level]}]")
        elif (high.text, low.text) == ("1'b0", "1'b1"):
            decision = _Decision(*bounds, f"~x[{self.order[level]}]")
        else:
            sign = "m" if bounds[1] < 0 else ""
            decision = _Decision(*bounds, f"after_{level}_ge_{sign}{abs(bounds[1])}")
            self.lines.append(
                f"    wire {decision.text} = x[{self.order[level]}] ? {high.text} : {low.text};"
            )
        known.insert(bisect_left(known, need, key=lambda decision: decision.high), decision)
        return decision


def _sum_text(weights: Sequence[int], threshold: int) -> list[str]:
    least, most = sum(w for w in weights if w < 0), sum(w for w in weights if w > 0)
    # One sign bit, and room for the sum, for the threshold and for every weight.
    width = 1 + max(abs(value) for value in (least, most, threshold, *weights)).bit_length()
    lines = [f"    wire signed [{width - 1}:0] total ="]
    for index, weight in enumerate(weights):
        sign, before = "-" if weight < 0 else "", "+ " if index else "  "
        lines.append(f"        {before}(x[{index}] ? {sign}{width}'sd{abs(weight)} : {width}'sd0)")
    lines[-1] += ";"
    sign = "-" if threshold < 0 else ""
    return [*lines, f"    assign spike = total >= {sign}{width}'sd{abs(threshold)};"]
