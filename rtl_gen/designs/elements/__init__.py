# SPDX-License-Identifier: Apache-2.0
"""Operations on vectors that take one element in each clock."""

from spikefloat.rtl_gen.designs.elements.build import ElementCircuits, build_elements

__all__ = ["ElementCircuits", "build_elements"]
