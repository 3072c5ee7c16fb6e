# SPDX-License-Identifier: Apache-2.0
"""Proving that generated Verilog is right for all operands, and that pipelines are pipelines."""
