# SPDX-License-Identifier: Apache-2.0
"""Weights of layers, read from files."""
