# SPDX-License-Identifier: Apache-2.0
# Any clocked core made by `spikefloat verilog`: --style spiking, --stages 1 and more.

# Clock: 100 MHz. Set the period, in nanoseconds, to that of your clock.
create_clock -name clk -period 10.000 [get_ports {clk}]

# Operands, results and reset need none: they come from registers of the same clock, and go to such.
