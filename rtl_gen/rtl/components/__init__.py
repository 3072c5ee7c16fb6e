# SPDX-License-Identifier: Apache-2.0
"""Neuron graphs as native Amaranth components, and ports with float values."""
