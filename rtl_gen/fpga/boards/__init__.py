# SPDX-License-Identifier: Apache-2.0
"""Boards: pins, clocks, the unit that computes and its serial line."""
