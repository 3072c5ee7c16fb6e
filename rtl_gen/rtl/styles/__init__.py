# SPDX-License-Identifier: Apache-2.0
"""Neuron graphs as hardware: spatial, pipelined, spiking, with streams."""
