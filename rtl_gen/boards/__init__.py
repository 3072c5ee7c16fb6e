# SPDX-License-Identifier: Apache-2.0
"""Boards: arithmetic of neurons on an FPGA, with a serial line to talk to it."""
