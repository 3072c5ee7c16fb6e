# SPDX-License-Identifier: Apache-2.0
"""``spikefloat waves``: waveforms of short scenes, ready for GTKWave."""

import argparse
import shlex

from spikefloat.rtl_gen.checks.scenes import Scene, circuit_scene, clocked_scene, wave_files
from spikefloat.rtl_gen.cli.make.verilog import add_once
from spikefloat.rtl_gen.cli.output import Table, show, tracked
from spikefloat.rtl_gen.cli.selection import select, without_files
from spikefloat.rtl_gen.designs.cells import CellInstance
from spikefloat.rtl_gen.designs.instance import Instance
from spikefloat.rtl_gen.designs.labels import labels
from spikefloat.rtl_gen.files import temporary_folder, write_files
from spikefloat.sim.exchange.waves import find_vcd2fst

__all__ = ["run"]


def run(args: argparse.Namespace) -> int:
    """Simulate a scene of each instance, and write its waveforms."""
    if args.fst:
        find_vcd2fst()  # a missing one is said before anything is built
    selection, cells = select(args)
    circuits = without_files(selection)
    names: dict[str, None] = {}
    selected: list[Instance | CellInstance] = [*cells, *circuits]
    for one in selected:
        add_once(names, one.name, None)
    scenes: list[tuple[Instance | CellInstance, Scene]] = [
        (cell, clocked_scene(cell)) for cell in cells
    ]
    scenes += [(circuit, circuit_scene(circuit)) for circuit in circuits]
    rows = []
    files: dict[str, str | bytes] = {}
    for instance, scene in tracked(scenes, "Simulating scenes"):
        with temporary_folder() as folder:
            own = wave_files(scene, folder, is_fst=args.fst)
        files |= own
        rows.append(
            {
                **labels(instance),
                "module": scene.module,
                "steps": len(scene.steps),
                "files": [str(args.output / name) for name in own],
            }
        )
    write_files(args.output, files)
    title = f"Waveforms in {args.output}"
    look = [
        f"look at them with: cd {shlex.quote(str(args.output))} && gtkwave {row['module']}.gtkw"
        for row in rows
    ]
    show(args, rows, Table(title=title, columns=("module", "steps"), rows=rows), *look)
    return 0
