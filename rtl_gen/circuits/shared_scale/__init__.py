# SPDX-License-Identifier: Apache-2.0
"""Blocks of elements that share a scale: dot products, and conversion from and to floats."""
