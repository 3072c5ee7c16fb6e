# SPDX-License-Identifier: Apache-2.0
"""Clocked cells: the neuron, the encoder and the decoder."""
