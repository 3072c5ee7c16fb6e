# SPDX-License-Identifier: Apache-2.0
"""The serial line of a board, simulated."""
