# SPDX-License-Identifier: Apache-2.0
"""An independent simulator computes with exported networks what the golden model says."""

import sys

import numpy as np
import pytest

from spikefloat.rtl_gen.checks.targets import block_target
from spikefloat.rtl_gen.extras import MissingPackage
from spikefloat.sim.exchange.nir_export import export
from spikefloat.sim.exchange.nir_run import run_in_norse

# Norse uses what PyTorch and nirtorch are about to drop.
pytestmark = [
    pytest.mark.filterwarnings("ignore:.torch.jit.* is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:nirtorch.load is being deprecated:DeprecationWarning"),
]

XOR = (np.array([0, 1, 0, 1]), np.array([0, 0, 1, 1]))


def write_xor(tmp_path, *, fault=0.0):
    exported = export(block_target("xor").graph)
    exported.graph.nodes["layer_1"].v_threshold[0] += fault
    path = tmp_path / "xor.nir"
    path.write_bytes(exported.to_bytes())
    return path


@pytest.mark.slow
@pytest.mark.tool
def test_planted_fault_is_seen(tmp_path):
    right = run_in_norse(write_xor(tmp_path), XOR)
    assert right.tolist() == [0, 1, 1, 0]
    assert run_in_norse(write_xor(tmp_path, fault=1.0), XOR).tolist() != right.tolist()


@pytest.mark.slow
@pytest.mark.tool
def test_files_that_are_something_else(tmp_path):
    path = tmp_path / "text.nir"
    path.write_text("hello\n", encoding="utf-8")
    for wrong in (path, tmp_path / "missing.nir"):
        with pytest.raises(ValueError, match="must be a network written by spikefloat export"):
            run_in_norse(wrong, XOR)
    with pytest.raises(ValueError, match="Operands must be 2, not 1"):
        run_in_norse(write_xor(tmp_path), XOR[:1])


def test_missing_simulator(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "norse.torch", None)
    with pytest.raises(
        MissingPackage, match=r"^Package norse is not installed; run .*\[norse\]'`$"
    ):
        run_in_norse(tmp_path / "xor.nir", XOR)
