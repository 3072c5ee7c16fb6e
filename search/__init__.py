# SPDX-License-Identifier: Apache-2.0
"""Searches for small circuits, run offline; their results are in ``rtl_gen/circuits/data``."""
