# SPDX-License-Identifier: Apache-2.0
"""``spikefloat harden``: the cheapest circuit of a design that stands a given noise."""

import argparse
from pathlib import Path

from rich.console import Console

from spikefloat.rtl_gen.cli.options import add_command, add_design_options, add_json_option
from spikefloat.rtl_gen.cli.output import print_json, print_table
from spikefloat.rtl_gen.cli.physics_options import targets
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.files import write_files
from spikefloat.rtl_gen.neurons.budgets import BUDGETS
from spikefloat.rtl_gen.rtl.styles.spatial import spatial_verilog
from spikefloat.sim.campaigns.hardening import COSTS, Hardened, find_cheapest
from spikefloat.sim.devices.physics import Physics

__all__ = ["hardened_verilog", "register"]


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands,
        "harden",
        "find the cheapest circuit of a design that stands a given noise",
        "spikefloat harden multiply --sigma 0.2 -o build",
        _run,
    )
    add_design_options(parser)
    parser.add_argument(
        "--sigma",
        type=float,
        default=0.0,
        metavar="S",
        help="noise on every synapse, in spikes (default: 0)",
    )
    parser.add_argument(
        "--membrane-noise",
        type=float,
        default=0.0,
        metavar="S",
        help="noise on every membrane, in weights of 1 (default: 0)",
    )
    parser.add_argument(
        "--exact-rate",
        type=float,
        default=0.999,
        metavar="P",
        help="share of the results that must be exact (default: 0.999)",
    )
    parser.add_argument(
        "--cost",
        default="devices",
        metavar="C",
        help=f"what is to be saved: {', '.join(COSTS)} (default: devices, neurons and synapses)",
    )
    parser.add_argument(
        "--max-synapses",
        type=int,
        default=1 << 17,
        metavar="N",
        help="most synapses that a circuit may have (default: 131072)",
    )
    parser.add_argument("--seed", type=int, default=0, help="of what is measured (default: 0)")
    parser.add_argument(
        "-o",
        "--output",
        metavar="DIR",
        type=Path,
        help="folder to write the Verilog of the circuit into; made if missing",
    )
    add_json_option(parser)
    parser.epilog = (
        f"{parser.epilog}\n\n--budget and --objective take several names, separated "
        "by commas; by default the\nsmallest circuits of all budgets are compared."
    )


def hardened_verilog(found: Hardened, sigma: float, membrane_noise: float = 0.0) -> str:
    """Return a hardened circuit as Verilog, with a header that says what it stands."""
    label, result = found.target.label, found.result
    return spatial_verilog(
        found.target.graph,
        header=(
            f"library: {label['library']} gates, budget {label['budget']}",
            f"hardened: {100 * result['exact_rate']:.2f} % exact with noise of {sigma} on every "
            f"synapse and {membrane_noise} on every membrane",
        ),
    )


def harden_selected(args: argparse.Namespace) -> Hardened:
    """Return the cheapest hardened circuit of those that the options select.

    Raises
    ------
    ValueError
        If there is none, or the options select more than one design or format.
    """
    chosen = targets(
        argparse.Namespace(
            **{
                **vars(args),
                "budget": args.budget or ",".join(BUDGETS),
                "objective": args.objective or "neurons",
            }
        )
    )
    if len({(target.label["design"], target.reference) for target in chosen}) != 1:
        raise InputError(
            f"Design to harden must be one, of one format and overflow policy, not {args.design!r}"
        )
    console = Console(stderr=True)
    with console.status("Hardening") as status:
        return find_cheapest(
            chosen,
            Physics(synapse_noise=args.sigma, membrane_noise=args.membrane_noise),
            exact_rate=args.exact_rate,
            cost=args.cost,
            max_synapses=args.max_synapses,
            seed=args.seed,
            progress=status.update,
        )


def _run(args: argparse.Namespace) -> int:
    found = harden_selected(args)
    graph, label = found.target.graph, found.target.label
    row = {
        **label,
        "sigma": args.sigma,
        "membrane_noise": args.membrane_noise,
        "seed": args.seed,
        **found.result,
    }
    if args.output:
        text = hardened_verilog(found, args.sigma, args.membrane_noise)
        row["file"] = str(args.output / f"{graph.name}.v")
        write_files(args.output, {f"{graph.name}.v": text})
    if args.json:
        print_json(row)
        return 0
    columns = [
        "design",
        "library",
        "budget",
        "neurons",
        "synapses",
        "depth",
        "exact %",
        "95 % interval",
        "trials",
    ]
    print_table(
        f"Stands noise of {args.sigma} on every synapse",
        columns,
        [
            [
                *(row[c] for c in columns[:6]),
                f"{100 * row['exact_rate']:.3f}",
                f"{100 * row['ci_low']:.3f} ... {100 * row['ci_high']:.3f}",
                f"{row['trials']:,}",
            ]
        ],
        numbers=columns[3:],
    )
    if args.output:
        print(f"written: {row['file']}")
    return 0
