# SPDX-License-Identifier: Apache-2.0
"""``spikefloat tolerance``: the largest noise that designs stand."""

import argparse
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from rich.console import Console

from spikefloat.rtl_gen.cli.figures.physics import plot_tolerance
from spikefloat.rtl_gen.cli.figures.write import add_plot_option, check_plot
from spikefloat.rtl_gen.cli.options import add_command, add_design_options, add_json_option
from spikefloat.rtl_gen.cli.output import print_json, print_table, tell_files
from spikefloat.rtl_gen.cli.physics_options import add_spiking_options, spiking_knobs, targets
from spikefloat.rtl_gen.errors import InputError, OutOfReach
from spikefloat.sim.campaigns.campaign import Cell
from spikefloat.sim.campaigns.criticality import find_criticality
from spikefloat.sim.campaigns.hardening import find_cheapest
from spikefloat.sim.campaigns.target import Target
from spikefloat.sim.campaigns.tolerance import find_tolerance
from spikefloat.sim.devices.operands import ORDERS, operand_sample
from spikefloat.sim.devices.physics import Physics

__all__ = ["register"]

_PREDICTED = ("synapse_noise", "membrane_noise")


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands,
        "tolerance",
        "find the largest noise at which 99.9 % of the results are exact",
        "spikefloat tolerance multiply,add --budget w1,w2 --objective neurons",
        _run,
    )
    add_design_options(parser)
    parser.add_argument(
        "--knob",
        default="synapse_noise",
        metavar="K",
        help="what to increase, such as membrane_noise or threshold_mismatch "
        "(default: synapse_noise)",
    )
    parser.add_argument(
        "--exact-rate",
        type=float,
        default=0.999,
        metavar="P",
        help="share of the results that must be exact (default: 0.999)",
    )
    parser.add_argument(
        "--resolution",
        type=float,
        default=0.001,
        metavar="S",
        help="how close to come (default: 0.001)",
    )
    parser.add_argument(
        "--trials",
        type=int,
        default=1 << 18,
        metavar="N",
        help="trials of each step (default: 262144)",
    )
    parser.add_argument("--seed", type=int, default=0, help="of all that is random (default: 0)")
    add_spiking_options(parser)
    parser.add_argument(
        "--order",
        default=ORDERS[0],
        metavar="O",
        help="how operands follow each other in the spiking style: random or provoking",
    )
    parser.add_argument(
        "--harden",
        metavar="S[,S...]",
        help="also each circuit hardened for these values of the knob, where it can be done with "
        "131072 synapses",
    )
    add_plot_option(parser)
    add_json_option(parser)
    parser.epilog = (
        f"{parser.epilog}\n\nDESIGN, --budget and --objective take several names, "
        "separated by commas. For noise on\nsynapses or membranes, what criticality "
        "predicts at the value found is shown, too."
    )


def _base(args: argparse.Namespace) -> Physics:
    """Return all physics but the knob.

    Raises
    ------
    ValueError
        If a knob has several values.
    """
    given = spiking_knobs(args, args.knob)
    for name, values in given.items():
        if len(values) > 1:
            raise InputError(f"Physics {name} must have one value here, not {len(values)}")
    return Physics(**{name: values[0] for name, values in given.items()})


def _candidates(
    args: argparse.Namespace, base: Physics, tell: Callable[[str], None]
) -> Iterator[tuple[Target, float | None]]:
    """Yield each circuit, and what it was hardened for."""
    sigmas = [_sigma(text) for text in args.harden.split(",")] if args.harden else []
    if sigmas and (args.knob not in _PREDICTED or base != Physics()):
        raise InputError(
            f"Knob to harden against must be {' or '.join(_PREDICTED)} in the spatial "
            f"style, not {args.knob!r}"
        )
    for target in targets(args):
        yield target, None
        for sigma in sigmas:
            try:
                noise: dict[str, Any] = {args.knob: sigma}
                found = find_cheapest(
                    [target],
                    replace(base, **noise),
                    exact_rate=args.exact_rate,
                    seed=args.seed,
                    progress=tell,
                )
            except OutOfReach as error:
                name = " ".join(str(target.label[word]) for word in ("design", "library", "budget"))
                print(f"left out: {name} for {sigma}: {error}", file=sys.stderr)
                continue
            yield found.target, sigma


def _sigma(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise InputError(f"Noise to harden against must be a number, not {text!r}") from None


def _run(args: argparse.Namespace) -> int:
    check_plot(args.plot)
    rows = []
    base = _base(args)
    with Console(stderr=True).status("Bisecting") as status:
        for target, hardened in _candidates(args, base, status.update):
            status.update(f"Bisecting {target.label['design']}")
            # No precision but the number of trials ends a step: all steps are then alike.
            found = find_tolerance(
                Cell(
                    target=target,
                    physics=base,
                    seed=args.seed,
                    precision=1e-9,
                    max_trials=args.trials,
                    order=args.order,
                ),
                args.knob,
                exact_rate=args.exact_rate,
                resolution=args.resolution,
            )
            predicted = None
            if args.knob in _PREDICTED and not base.has_residue:
                (predicted,) = find_criticality(
                    target.graph,
                    operand_sample(target.graph, args.seed),
                    [Physics(**{args.knob: found["largest"]})],
                ).predicted
            graph = target.graph
            rows.append(
                {
                    **target.label,
                    "hardened_for": hardened,
                    "neurons": len(graph.neurons),
                    "synapses": int(target.fan_out.sum()),
                    "depth": graph.depth,
                    "knob": args.knob,
                    "asked_rate": args.exact_rate,
                    **found,
                    "predicted_rate": predicted,
                    "seed": args.seed,
                }
            )
    if args.plot:
        tell_files("drawn", plot_tolerance(rows, args.plot))
    if args.json:
        print_json(rows)
        return 0
    columns = [
        "design",
        "library",
        "budget",
        "objective",
        *["hardened_for"] * bool(args.harden),
        "neurons",
        "synapses",
        f"largest {args.knob}",
        "exact %",
        "predicted %",
    ]
    print_table(
        f"{100 * args.exact_rate:g} % exact, seed {args.seed}",
        columns,
        [
            [
                *("-" if row[c] is None else row[c] for c in columns[:-3]),
                f"{row['largest']:.4g}",
                f"{100 * row['exact_rate']:.3f}",
                "-" if row["predicted_rate"] is None else f"{100 * row['predicted_rate']:.3f}",
            ]
            for row in rows
        ],
        numbers=columns[4:],
    )
    return 0
