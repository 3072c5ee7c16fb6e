# SPDX-License-Identifier: Apache-2.0
"""The comparison of every pair notices a circuit that rounds wrongly."""

import pytest

from spikefloat.rtl_gen.circuits.operations import add
from spikefloat.rtl_gen.circuits.parts import finish
from spikefloat.rtl_gen.formats import FORMATS
from tests.helpers.circuits import check_every_pair
from tests.helpers.rounding_faults import ignore_sticky, truncate


@pytest.mark.parametrize("fault", [ignore_sticky, truncate])
@pytest.mark.parametrize("name, module", [("add", add), ("multiply", finish)])
def test_planted_fault_is_found(fresh_builds, name, module, fault):
    fresh_builds.setattr(module, "round_significand", fault)
    with pytest.raises(AssertionError, match=r"^[1-9]\d* of 65536 results differ:\n  e4m3fn 0x"):
        check_every_pair(name, FORMATS["e4m3fn"])
