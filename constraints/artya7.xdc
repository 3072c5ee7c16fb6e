# SPDX-License-Identifier: Apache-2.0
# Arty A7-35T
# The bitstream is for Vivado to make; no packer can be had from PyPI.

# Oscillator, 100 MHz.
set_property -dict { PACKAGE_PIN E3 IOSTANDARD LVCMOS33 } [get_ports { CLK100MHZ }]
create_clock -name CLK100MHZ -period 10.000 [get_ports { CLK100MHZ }]

# Serial line, from the host to the FPGA.
set_property -dict { PACKAGE_PIN A9 IOSTANDARD LVCMOS33 PULLUP true } [get_ports { uart_txd_in }]
set_false_path -from [get_ports { uart_txd_in }]

# Serial line, from the FPGA to the host.
set_property -dict { PACKAGE_PIN D10 IOSTANDARD LVCMOS33 } [get_ports { uart_rxd_out }]
set_false_path -to [get_ports { uart_rxd_out }]

# Four green LEDs, on when high.
set_property -dict { PACKAGE_PIN H5 IOSTANDARD LVCMOS33 } [get_ports { led[0] }]
set_property -dict { PACKAGE_PIN J5 IOSTANDARD LVCMOS33 } [get_ports { led[1] }]
set_property -dict { PACKAGE_PIN T9 IOSTANDARD LVCMOS33 } [get_ports { led[2] }]
set_property -dict { PACKAGE_PIN T10 IOSTANDARD LVCMOS33 } [get_ports { led[3] }]
set_false_path -to [get_ports { led[*] }]

# Voltage of the bank with the configuration pins.
set_property CFGBVS VCCO [current_design]
set_property CONFIG_VOLTAGE 3.3 [current_design]
