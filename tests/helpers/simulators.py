# SPDX-License-Identifier: Apache-2.0
"""Parameters of tests that run in both simulators."""

import pytest

__all__ = ["ICARUS_SLOWLY"]

#: Both simulators, where all cases take Icarus many times as long: it has its turn among the slow
#: tests.
ICARUS_SLOWLY = [pytest.param("icarus", marks=pytest.mark.slow), "verilator"]
