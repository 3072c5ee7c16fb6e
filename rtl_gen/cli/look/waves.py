# SPDX-License-Identifier: Apache-2.0
"""``spikefloat waves``: waveforms of short scenes, ready for GTKWave."""

import argparse
import shlex

from spikefloat.rtl_gen.checks.scenes import scene_check
from spikefloat.rtl_gen.checks.verifying.plan import Subject
from spikefloat.rtl_gen.checks.wave_files import record, wave_files
from spikefloat.rtl_gen.cli.make.verilog import add_once
from spikefloat.rtl_gen.cli.output import Table, progress, show
from spikefloat.rtl_gen.cli.selection import select
from spikefloat.rtl_gen.cli.simulators import one_simulator
from spikefloat.rtl_gen.designs.labels import labels
from spikefloat.rtl_gen.files import temporary_folder, write_files
from spikefloat.sim.exchange.waves import find_vcd2fst

__all__ = ["run"]


def run(args: argparse.Namespace) -> int:
    """Simulate a scene of each instance, compare its results, and write its waveforms."""
    if args.fst:
        find_vcd2fst()  # a missing one is said before anything is built
    circuits, cells = select(args)
    names: dict[str, None] = {}
    subjects: list[Subject] = [*cells, *circuits]
    for one in subjects:
        add_once(names, one.name, None)
    simulator = one_simulator(args.sim)
    rows = []
    files: dict[str, str | bytes] = {}
    reports = []
    with progress("Simulating scenes") as tell:
        for place, subject in enumerate(subjects):
            tell.count(place, len(subjects))
            check = scene_check(subject)
            path = args.output / f"{check.dut.module}.{'fst' if args.fst else 'vcd'}"
            with temporary_folder() as folder:
                outcome = record(check, simulator, folder, progress=tell)
                own = wave_files(subject, check, outcome, folder, path)
            files |= own
            reports += [outcome.report] if outcome.mismatches else []
            rows.append(
                {
                    **labels(subject),
                    "module": check.dut.module,
                    "steps": outcome.cases,
                    "mismatches": outcome.mismatches,
                    "files": [str(args.output / name) for name in own],
                }
            )
    write_files(args.output, files)
    title = f"Waveforms in {args.output}"
    look = [
        f"look at them with: gtkwave {shlex.quote(str(args.output / row['module']))}.gtkw"
        for row in rows
    ]
    table = Table(title=title, columns=("module", "steps"), rows=rows, keep=("module",))
    show(args, rows, table, *look, *reports)
    return int(bool(reports))
