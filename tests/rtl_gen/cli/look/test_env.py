# SPDX-License-Identifier: Apache-2.0
"""``spikefloat env``: prints what the shell must run, and nothing else."""

import pytest

from spikefloat.rtl_gen.cli import main
from spikefloat.sim.simulators.find import shell_lines


@pytest.mark.tool
def test_lines_are_those_of_the_simulator(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["env"]) == 0
    assert capsys.readouterr().out.splitlines() == list(shell_lines())
