# SPDX-License-Identifier: Apache-2.0
"""The generator: formats, neuron graphs, circuits, and their hardware."""
