# SPDX-License-Identifier: Apache-2.0
"""What docs/data keeps is what the commands of docs/data/measure.sh give: parts are run again."""

import csv
import io

import pytest

from tests.helpers.command import run_command
from tests.helpers.paths import ROOT

SWEEP = "--precision 0.002"
UNIT = "multiply --budget w2 --objective neurons"

#: File of docs/data, and a command that gives rows of it in less time.
PARTS = {
    "clipped": f"sweep and --input-noise 0.20 --clamp-inputs {SWEEP}",
    "inputs": "sweep ripple4 --input-noise 0.30 --precision 0.001",
    "synapses": f"sweep {UNIT} --synapse-noise 0.1 {SWEEP}",
    "membranes": f"sweep add --library published --membrane-noise 0.2 {SWEEP}",
    "leak": f"sweep and,xor --style spiking --leak 0.5 --order random,provoking {SWEEP}",
    "tolerance": f"tolerance {UNIT}",
    "membrane_tolerance": f"tolerance {UNIT} --knob membrane_noise",
    "leak_tolerance": "tolerance and,or --style spiking --knob leak --order provoking "
    "--exact-rate 0.99999",
    "presets": f"sweep {UNIT} --device pcm-weights --precision 0.0001",
    "faults": f"criticality {UNIT}",
    "harden_w1": "harden multiply --budget w1 --synapse-noise 0.2",
    "fpga_spiking": "synth multiply --style spiking --target ecp5 --objective neurons",
}


#: Those that take longer.
SLOW = ("fpga_spiking",)


def rows_of(text: str) -> list[dict[str, str]]:
    """Return rows without what is empty, as columns may have come after a file was kept."""
    return [
        {name: cell for name, cell in row.items() if cell}
        for row in csv.DictReader(io.StringIO(text))
    ]


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.slow if name in SLOW else ()) for name in PARTS],
)
def test_parts_are_as_kept(name: str) -> None:
    path = ROOT / "docs" / "data" / f"{name}.csv"
    kept = rows_of(path.read_text(encoding="utf-8"))
    status, printed, errors = run_command(f"spikefloat {PARTS[name]} --csv")
    assert status == 0, errors
    rows = rows_of(printed)
    assert rows
    for row in rows:
        row.pop("by_neuron", None)
        assert row in kept
