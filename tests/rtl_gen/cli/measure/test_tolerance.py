# SPDX-License-Identifier: Apache-2.0
"""The command ``tolerance``."""

import pytest

from spikefloat.rtl_gen.cli import main
from tests.helpers.command import printed_results


def test_command(capsys):
    arguments = ["tolerance", "and,xor", "--knob", "membrane_noise", "--exact-rate", "0.99"]
    assert main([*arguments, "--json"]) == 0
    rows = printed_results(capsys)
    assert [row["design"] for row in rows] == ["and", "xor"]
    assert all(row["predicted_rate"] == pytest.approx(row["exact_rate"], abs=0.001) for row in rows)
    assert main(arguments) == 0
    assert "99 % exact" in capsys.readouterr().out
