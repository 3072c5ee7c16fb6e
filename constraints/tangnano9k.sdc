# SPDX-License-Identifier: Apache-2.0
# Tang Nano 9K

# Oscillator, 27 MHz.
create_clock -name clk -period 37.037 [get_ports {clk}]
