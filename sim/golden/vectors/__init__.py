# SPDX-License-Identifier: Apache-2.0
"""Golden models of sums: dot products, linear layers, and blocks that share a scale."""
