# SPDX-License-Identifier: Apache-2.0
"""Verilog of others: which modules it has, and reading it through Yosys."""
