# SPDX-License-Identifier: Apache-2.0
"""What lanes of every kind have: three graphs, and flags in the state beside the sum."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from spikefloat.rtl_gen.neurons.budgets import Budget
from spikefloat.rtl_gen.neurons.builder import ZERO, Bit, Word
from spikefloat.rtl_gen.neurons.circuit import build_graph
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.graph import NeuronGraph

__all__ = ["LaneCircuit", "LaneFlags", "LaneGraphs", "any_flags", "make_lane_graphs", "read_flags"]


@dataclass(frozen=True, kw_only=True)
class LaneGraphs:
    """The three graphs of a lane."""

    #: From ``x`` and ``w``, codes side by side with the first lowest, to ``partial``; where inputs and
    #: weights are blocks, also from their ``x_scale`` and ``w_scale``.
    multiply: NeuronGraph
    #: From ``state``, ``partial``, and ``first``, set in the first step, to ``state_next``.
    accumulate: NeuronGraph
    #: From ``state`` and, if there is one, ``bias`` to ``y``.
    finish: NeuronGraph


class LaneCircuit(Protocol):
    """What makes the neurons of a lane."""

    @property
    def state_width(self) -> int:
        """Bits that a register keeps from step to step."""

    @property
    def multiply(self) -> Callable[..., Word]:
        """What makes the partial of a step of a gate library and the words of the step."""

    def accumulate(self, gates: GateLibrary, state: Word, partial: Word, first: Word) -> Word:
        """Return the next state."""

    def finish(self, gates: GateLibrary, state: Word, bias: Word | None = None) -> Word:
        """Return the result."""


def make_lane_graphs(
    circuit: LaneCircuit,
    name: str,
    operands: Mapping[str, int],
    bias: Mapping[str, int],
    *,
    library: str,
    budget: Budget,
) -> LaneGraphs:
    """Return the graphs of a lane, called ``<name>_multiply`` and so on.

    Parameters
    ----------
    circuit : LaneCircuit
        What makes the neurons.
    name : str
        How names begin.
    operands : mapping of str to int
        Widths of what a step takes.
    bias : mapping of str to int
        Width of the bias; empty if there is none.
    library, budget : str, Budget
        Gates, and the limits of a neuron.
    """

    def build(
        part: str, inputs: Mapping[str, int], output: str, function: Callable[..., Word]
    ) -> NeuronGraph:
        return build_graph(
            f"{name}_{part}",
            dict(inputs),
            function,
            result=output,
            library=library,
            budget=budget,
        )

    multiply = build("multiply", operands, "partial", circuit.multiply)
    partial = len(multiply.outputs[0].nodes)
    return LaneGraphs(
        multiply=multiply,
        accumulate=build(
            "accumulate",
            {"state": circuit.state_width, "partial": partial, "first": 1},
            "state_next",
            circuit.accumulate,
        ),
        finish=build("finish", {"state": circuit.state_width, **bias}, "y", circuit.finish),
    )


@dataclass(frozen=True)
class LaneFlags:
    """What was among the terms so far; once set, a flag stays."""

    other: Bit  #: A term that is not -0.
    nan: Bit
    plus: Bit  #: +infinity.
    minus: Bit  #: -infinity.

    def bits(self, names: Sequence[str]) -> Word:
        """Return some of the flags side by side."""
        return tuple(getattr(self, name) for name in names)


def read_flags(names: Sequence[str], bits: Word) -> LaneFlags:
    """Return flags that stand side by side; those without a name are never set."""
    known = dict(zip(names, bits, strict=True))
    return LaneFlags(*(known.get(name, ZERO) for name in ("other", "nan", "plus", "minus")))


def any_flags(gates: GateLibrary, flags: Sequence[LaneFlags]) -> LaneFlags:
    """Return which flags are set in any of several."""
    return LaneFlags(
        *(
            gates.or_(*(getattr(term, name) for term in flags), name=f"any_{name}")
            for name in ("other", "nan", "plus", "minus")
        )
    )
