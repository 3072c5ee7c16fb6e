# SPDX-License-Identifier: Apache-2.0
"""``spikefloat verify``: simulate designs and compare every result with the golden model."""

import argparse
import shlex
from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path
from typing import Any

from spikefloat.rtl_gen.checks.verifying.kept import open_kept
from spikefloat.rtl_gen.checks.verifying.plan import (
    Checked,
    Selected,
    Subject,
    check_each,
    pairs_of,
    uses_every,
    uses_seed,
    uses_trials,
)
from spikefloat.rtl_gen.checks.verifying.rows import checked_row, planned_rows, reference_of
from spikefloat.rtl_gen.checks.verifying.selected import read_own_verilog
from spikefloat.rtl_gen.checks.wave_files import failing_waves
from spikefloat.rtl_gen.cli.check.vectors import judge
from spikefloat.rtl_gen.cli.output import Table, note, progress
from spikefloat.rtl_gen.cli.running import printed_rows
from spikefloat.rtl_gen.cli.selection import refuse, select
from spikefloat.rtl_gen.cli.simulators import build_folder, simulators
from spikefloat.rtl_gen.designs.cells import CellInstance
from spikefloat.rtl_gen.designs.header import design_hardware
from spikefloat.rtl_gen.designs.instance import Instance
from spikefloat.rtl_gen.designs.shapes import VectorShape
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.files import write_files
from spikefloat.sim.exchange.waves import find_vcd2fst

__all__ = ["run"]

#: Columns; those of what is the same as ever are left out.
_COLUMNS = (
    "design",
    "format",
    "format_2",
    "to",
    "overflow",
    "library",
    "budget",
    "objective",
    "rounding",
    "nan",
    "length",
    "accumulate",
    "layers",
    "block",
    "blocks",
    "block_size",
    "scale_policy",
    "hardware",
    "pauses",
    "simulator",
    "reference",
    "pairs",
    "cases",
    "exact",
    "result",
)


def run(args: argparse.Namespace) -> int:
    """Simulate each instance in each simulator."""
    if args.vectors is not None:
        return judge(args)
    names = simulators(args.sim)  # a missing one is said before anything is built
    circuits, cells = select(args)
    subjects: list[Subject] = [*cells, *circuits]
    selected = _selected(args, subjects, names)
    expected = [
        row
        for subject in subjects
        for name in names
        for row in planned_rows(subject, pairs_of(subject, selected, name), name)
    ]
    usual = {
        name
        for name, value in (("rounding", "rne"), ("nan", "keep"))
        if all(row[name] in (None, value) for row in expected)
    }
    if len({row["reference"] for row in expected}) == 1:
        usual.add("reference")  # as the title says
    planned = Table(
        title=_title(args, subjects),
        columns=[name for name in _COLUMNS if name not in usual],
        rows=expected,
        keep=("cases", "exact", "result"),
    )
    wrong: list[tuple[Checked, dict[str, Any]]] = []
    if args.waves is not None and args.waves.suffix == ".fst":
        find_vcd2fst()
    with (
        open_kept(args.store) as kept,
        build_folder(args.build_dir) as folder,
        printed_rows(args, planned) as add,
        progress("Generating Verilog") as tell,
    ):
        for checked in check_each(subjects, names, folder, selected, kept=kept, progress=tell):
            row = checked_row(checked)
            add(row)
            if row["mismatches"]:
                wrong.append((checked, row))
        if wrong and args.waves is not None:
            _write_waves(args.waves, wrong[0][0], folder / "waves", tell)
    if not (args.json or args.csv):
        for _, row in wrong:
            print(row["report"])
            if row["command"]:
                print(f"repeat with: {row['command']} {_again(args, row)}")
    return int(bool(wrong))


def _selected(
    args: argparse.Namespace, subjects: Sequence[Subject], names: Sequence[str]
) -> Selected:
    """Return which cases are tried on which Verilog; what has no effect is refused."""
    own = None
    if args.verilog is None:
        refuse(args, "top", "without --verilog")
    else:
        if len(subjects) != 1:
            raise InputError(f"Option --verilog must be for one circuit, not for {len(subjects)}")
        (one,) = subjects
        ports = one.ports if isinstance(one, CellInstance) else design_hardware(one).ports
        own = read_own_verilog(args.verilog, args.top, one.name, ports)
    selected = Selected(
        pairs=args.pairs,
        random_cases=args.trials,
        seed=args.seed,
        every=args.every,
        gate_level=args.gate_level,
        own=own,
    )
    every = list(product(subjects, names))
    operations = [one for one in subjects if isinstance(one, Instance)]
    if args.pairs == "lattice":
        for one in subjects:
            if not _is_pair(one):
                raise InputError(
                    f"Pairs of a lattice must be for dot products of --length 2, not {one.name}"
                )
    if args.pairs == "published" and all(one.design.is_vector for one in operations):
        refuse(args, "pairs", "here; published pairs are for operations on single codes")
    if not any(uses_trials(one, selected, name) for one, name in every):
        refuse(args, "trials", "here, as every case is tried")
    if not any(uses_every(one, selected) for one in subjects):
        refuse(args, "every", "here; it is for operations that are tried with a sample")
    if not any(uses_seed(one, selected, name) for one, name in every):
        refuse(args, "seed", "here, as nothing is random")
    return selected


def _write_waves(
    place: Path, checked: Checked, folder: Path, progress: Callable[[str], None]
) -> None:
    """Write the waveforms of the first wrong case into a file, or into a folder."""
    is_file = place.suffix in (".vcd", ".fst")
    path = place if is_file else place / f"{checked.check.dut.module}.vcd"
    files = failing_waves(checked, folder, path, progress=progress)
    write_files(path.parent, files)
    note(f"waveforms of the first wrong case: {path} (gtkwave {path.with_suffix('.gtkw')})")


def _is_pair(one: Subject) -> bool:
    """Return whether a subject is a dot product of two terms."""
    return (
        isinstance(one, Instance) and isinstance(one.shape, VectorShape) and one.shape.length == 2
    )


def _title(args: argparse.Namespace, subjects: Sequence[Subject]) -> str:
    """Return what is compared with what."""
    netlist = f", as a netlist of {args.gate_level} cells" if args.gate_level else ""
    file = f": {args.verilog}" if args.verilog else ""
    references = sorted({reference_of(one) for one in subjects})
    words = " or ".join(f"the {one}" if one == "golden model" else one for one in references)
    return f"Compared with {words}{file}{netlist}"


def _again(args: argparse.Namespace, row: dict[str, Any]) -> str:
    """Return the options of the check itself, which repeat it with those of the circuit."""
    words = ["--sim", row["simulator"]]
    for name in ("pairs", "trials", "every", "seed", "gate-level", "verilog", "top"):
        if name in args.given:
            words += [f"--{name}", str(getattr(args, name.replace("-", "_")))]
    return shlex.join(words)
