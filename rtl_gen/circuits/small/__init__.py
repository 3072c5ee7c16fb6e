# SPDX-License-Identifier: Apache-2.0
"""Smaller circuits for the same operations: constructed, searched and stored."""
