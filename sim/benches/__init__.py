# SPDX-License-Identifier: Apache-2.0
"""Benches around generated Verilog, and their verdicts."""
