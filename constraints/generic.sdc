# SPDX-License-Identifier: Apache-2.0
# Any clocked core made by `spikefloat verilog`: --style spiking, --stages 1 and more.

# Clock: 100 MHz. Set the period, in nanoseconds, to that of your clock.
create_clock -name clk -period 10.000 [get_ports {clk}]

# Reset: need not come within one clock. Remove this for a core without the port.
set_false_path -from [get_ports {rst}]

# Operands and results: from and to registers of the same clock, with a tenth of it to get there.
set_input_delay -clock clk 1.000 [remove_from_collection [all_inputs] [get_ports {clk rst}]]
set_output_delay -clock clk 1.000 [all_outputs]
