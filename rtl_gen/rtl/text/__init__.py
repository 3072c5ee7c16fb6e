# SPDX-License-Identifier: Apache-2.0
"""Verilog as text: names, nets, printing, layout."""
