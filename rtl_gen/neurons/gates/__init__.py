# SPDX-License-Identifier: Apache-2.0
"""Functions made of neurons, in two libraries behind one interface."""

from spikefloat.rtl_gen.neurons.gates.library import GateLibrary
from spikefloat.rtl_gen.neurons.gates.make import Library, make_gates
from spikefloat.rtl_gen.neurons.gates.native import NativeGates
from spikefloat.rtl_gen.neurons.gates.published import PublishedGates

__all__ = ["GateLibrary", "Library", "NativeGates", "PublishedGates", "make_gates"]
