# SPDX-License-Identifier: Apache-2.0
"""Run a circuit that rounds in any way and raises flags, in the exact simulator."""

import numpy as np
import pytest

from spikefloat.rtl_gen.circuits.parts.rounding_modes import FlagBits, RoundingControl
from spikefloat.rtl_gen.circuits.parts.unpack import raise_signalling
from spikefloat.rtl_gen.formats import FORMATS, Overflow, Rounding
from spikefloat.rtl_gen.neurons.gates import make_gates
from spikefloat.sim.graphs.network import Network

__all__ = ["MODES", "MODES_IN_TURN", "assert_same", "every", "simulate"]

#: Every mode that differs from the others for results with even digits.
MODES = [mode for mode in Rounding if mode.is_for(FORMATS["e4m3fn"])]

#: The same; those with random numbers, of which there are many cases, among the slow tests.
MODES_IN_TURN = [
    pytest.param(mode, marks=pytest.mark.slow if mode.is_stochastic else ()) for mode in MODES
]


def simulate(circuit, fmt, operands, overflow, rounder, to=None, widths=None, signals=0):
    """Return the codes and the flags that a circuit gives.

    Widths are of operands that are no codes; signalling NaNs of the first ``signals`` operands
    are invalid, as they are in designs.
    """
    gates = make_gates("circuit", "native")
    widths = widths or [fmt.width] * len(operands)
    words = [gates.builder.input(*port) for port in zip("abc", widths, strict=False)]
    random = gates.builder.input("random", rounder.random_bits) if rounder.random_bits else ()
    control = RoundingControl(rounder.mode, (), random, FlagBits(rounder.is_tiny_before))
    formats = (fmt, to) if to else (fmt,)
    policy = Overflow(overflow)
    gates.builder.output("y", circuit(gates, *formats, *words, overflow=policy, control=control))
    if signals:
        raise_signalling(gates, control.flags, (fmt,) * signals, words[:signals])
    gates.builder.output("flags", control.flags.word(gates))
    inputs = dict(zip("abc", operands, strict=False))
    if random:
        inputs["random"] = np.broadcast_to(rounder.random, operands[0].shape)
    outputs = Network(gates.builder.build()).run(inputs)
    return outputs["y"].astype(np.int64), outputs["flags"].astype(np.int64)


def assert_same(actual, expected):
    """Compare codes and flags bit for bit."""
    for which in (0, 1):
        np.testing.assert_array_equal(actual[which], expected[which], ("codes", "flags")[which])


def every(fmt, count):
    """Return every combination of codes, as an array for each operand."""
    grid = np.meshgrid(*[np.arange(1 << fmt.width)] * count, indexing="ij")
    return [array.ravel() for array in grid]
