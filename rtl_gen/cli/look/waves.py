# SPDX-License-Identifier: Apache-2.0
"""``spikefloat waves``: waveforms of a short scene, ready for GTKWave."""

import argparse

from spikefloat.rtl_gen.checks.scenes import Scene, circuit_scene, clocked_scene
from spikefloat.rtl_gen.cli.clocked import (
    add_clocked_options,
    clocked_instances,
    refuse_clocked_options,
)
from spikefloat.rtl_gen.cli.options import (
    add_command,
    add_design_options,
    add_json_option,
    add_output_option,
    selections,
)
from spikefloat.rtl_gen.cli.output import print_json, print_table
from spikefloat.rtl_gen.designs.catalog import entries
from spikefloat.rtl_gen.designs.design import Cell
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.files import temporary_folder, write_files
from spikefloat.sim.exchange.waves import (
    MAX_FILTER_WIDTH,
    filter_text,
    find_vcd2fst,
    play,
    read_signals,
    save_text,
    to_fst,
)
from spikefloat.sim.simulators.runner import BenchError

__all__ = ["find_scene", "register"]

#: An operation of many clocks is to be seen as a whole.
_ZOOMS = {"plain": 15, "stream": 15, "handshake": 17}


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands,
        "waves",
        "simulate a short scene and write its waveforms for GTKWave",
        "spikefloat waves multiply -o waves && cd waves && gtkwave multiply_e4m3fn.gtkw",
        _run,
    )
    add_design_options(parser)
    add_clocked_options(parser)
    add_output_option(parser)
    parser.add_argument(
        "--fst",
        action="store_true",
        help="write FST, which is smaller than VCD; needs vcd2fst, which comes with GTKWave",
    )
    add_json_option(parser)


def find_scene(args: argparse.Namespace) -> Scene:
    """Return the scene of the one design that the options select.

    Raises
    ------
    ValueError
        If they select several, or what they ask for is not to be had.
    """
    if args.design in entries(Cell):
        instances = clocked_instances(args)
        if len(instances) == 1:
            return clocked_scene(instances[0])
        count = len(instances)
    else:
        refuse_clocked_options(args)
        chosen = selections(args)
        if len(chosen) == 1:
            return circuit_scene(chosen[0])
        count = len(chosen)
    raise InputError(f"Waves must be of one design and format, not {count}")


def _run(args: argparse.Namespace) -> int:
    if args.fst:
        find_vcd2fst()  # a missing one is said before anything is built
    scene = find_scene(args)
    module = scene.module
    with temporary_folder() as folder:
        try:
            waves = play(
                scene.verilog,
                module,
                scene.steps,
                folder,
                clocked=scene.is_clocked,
                drain=scene.drain,
                kind=scene.kind,
            )
        except BenchError as error:
            print(f"spikefloat: {error}")
            return 1
        dump = to_fst(waves, folder) if args.fst else waves
    formats = scene.formats
    filters = {
        fmt.name: f"{fmt.name}.txt" for fmt in formats.values() if fmt.width <= MAX_FILTER_WIDTH
    }
    name = f"{module}.fst" if args.fst else f"{module}.vcd"
    files: dict[str, str | bytes] = {
        name: dump,
        f"{module}.gtkw": save_text(
            read_signals(waves), name, module, formats, filters, zoom=_ZOOMS[scene.kind]
        ),
    }
    files |= {
        filters[fmt.name]: filter_text(fmt) for fmt in formats.values() if fmt.name in filters
    }
    paths = write_files(args.output, files)
    if args.json:
        print_json({"module": module, "steps": len(scene.steps), "files": [str(p) for p in paths]})
    else:
        print_table("Waveforms", ("file",), [(path,) for path in paths])
        print(f"look at them with: cd {args.output} && gtkwave {module}.gtkw")
    return 0
