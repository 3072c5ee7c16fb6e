# SPDX-License-Identifier: Apache-2.0
"""Tables of what synthesis, placement and routing gave, as docs/data/measure_fpga.sh keeps it."""
