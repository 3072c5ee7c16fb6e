# SPDX-License-Identifier: Apache-2.0
"""Wrong ways to round, to be planted in circuits."""

from spikefloat.rtl_gen.circuits.parts.rounding import round_significand
from spikefloat.rtl_gen.neurons.builder import ZERO


def ignore_sticky(gates, exponent, significand, sticky, *how):
    return round_significand(gates, exponent, significand, ZERO)


def truncate(gates, exponent, significand, sticky, *how):
    return round_significand(gates, exponent, (ZERO, *significand[1:]), ZERO)
