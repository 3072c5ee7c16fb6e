# SPDX-License-Identifier: Apache-2.0
"""What hardware costs on an FPGA: synthesis, place and route, and reports."""
