# SPDX-License-Identifier: Apache-2.0
"""Finding and running Icarus and Verilator."""
