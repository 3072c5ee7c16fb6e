# SPDX-License-Identifier: Apache-2.0
"""Dot products and linear layers."""
