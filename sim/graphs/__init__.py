# SPDX-License-Identifier: Apache-2.0
"""Exact simulation of neuron graphs."""
