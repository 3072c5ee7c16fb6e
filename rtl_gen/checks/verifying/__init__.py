# SPDX-License-Identifier: Apache-2.0
"""Which bench checks what, with which cases and on which Verilog."""
