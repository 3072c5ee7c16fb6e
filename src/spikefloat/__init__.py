# SPDX-License-Identifier: Apache-2.0
"""Bit-exact floating-point arithmetic made of spiking neurons, as Verilog.

The folders ``rtl_gen``, ``sim`` and ``tb`` of the source tree are installed inside this package, so
that no module of a common name lands in the environment of a user.
"""
