# SPDX-License-Identifier: Apache-2.0
"""``spikefloat export`` writes one file for each design, or none."""

import nir
import pytest

from spikefloat.rtl_gen.cli import main
from spikefloat.sim.exchange.nir_simulators import NIR_SIMULATORS
from tests.helpers.command import printed_results


def test_files_and_figures(tmp_path, capsys):
    assert (
        main(
            [
                "export",
                "multiply,full_adder",
                "--objective",
                "structure,neurons",
                "--json",
                "-o",
                str(tmp_path),
            ]
        )
        == 0
    )
    rows = printed_results(capsys)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "full_adder.nir",
        "multiply_e4m3fn.nir",
        "multiply_e4m3fn_neurons.nir",
    ]
    for row in rows:
        network = nir.read(row["file"])
        count = sum(node.r.size for node in network.nodes.values() if isinstance(node, nir.IF))
        assert count == row["neurons"] + row["relays"]


def test_table(tmp_path, capsys):
    assert main(["export", "xor", "-o", str(tmp_path)]) == 0
    assert "xor_gate.nir" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["multiply", "--style", "spiking"], "Option --style has no effect for the command export"),
        (["add", "--format", "binary16", "--check"], "at most 20 operand bits"),
        (["add", "--simulators", "nest"], "Option --simulators has no effect without --check"),
        (
            ["add", "--check", "--simulators", "brian"],
            "must be one of norse, snntorch, nest, not 'brian'",
        ),
        (["modulo"], "Design must be one of"),
    ],
)
def test_bad_input(tmp_path, capsys, arguments, message):
    assert main(["export", *arguments, "-o", str(tmp_path / "out")]) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


# Norse uses what PyTorch and nirtorch are about to drop.
@pytest.mark.filterwarnings("ignore:.torch.jit.* is deprecated:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:nirtorch.load is being deprecated:DeprecationWarning")
@pytest.mark.slow
@pytest.mark.tool
def test_check_of_every_operand(tmp_path, capsys):
    """XOR, full adder, and multipliers and adders of three kinds, in Norse; some also elsewhere."""
    rows = []
    for arguments in (
        ["xor,full_adder", "--simulators", "norse,snntorch,nest"],
        ["multiply", "--objective", "neurons", "--simulators", "norse,snntorch,nest"],
        ["ripple4"],
        ["add", "--objective", "neurons"],
        ["multiply", "--library", "published"],
    ):
        assert main(["export", *arguments, "--check", "--json", "-o", str(tmp_path)]) == 0
        rows += printed_results(capsys)
    names = ("design", "simulator", "checked", "wrong")
    assert [tuple(row[name] for name in names) for row in rows] == [
        *(("xor", simulator, 4, 0) for simulator in NIR_SIMULATORS),
        *(("full_adder", simulator, 8, 0) for simulator in NIR_SIMULATORS),
        *(("multiply", simulator, 65536, 0) for simulator in NIR_SIMULATORS),
        ("ripple4", "norse", 256, 0),
        ("add", "norse", 65536, 0),
        ("multiply", "norse", 65536, 0),
    ]
