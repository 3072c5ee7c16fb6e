# SPDX-License-Identifier: Apache-2.0
"""``spikefloat tolerance``: the largest noise that designs stand."""

import argparse

from rich.console import Console

from sim.campaign import Cell
from sim.criticality import find_criticality
from sim.device_operands import ORDERS, operand_sample
from sim.physics import Physics
from sim.tolerance import find_tolerance

from .options import add_command, add_design_options, add_json_option
from .output import print_json, print_table
from .physics_options import add_spiking_options, spiking_knobs, targets

__all__ = ["register"]

_PREDICTED = ("synapse_noise", "membrane_noise")


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands, "tolerance", "find the largest noise at which 99.9 % of the results are exact",
        "spikefloat tolerance multiply,add --budget w1,w2 --objective neurons", _run)
    add_design_options(parser)
    parser.add_argument(
        "--knob", default="synapse_noise", metavar="K",
        help="what to increase, such as membrane_noise or threshold_mismatch "
             "(default: synapse_noise)")
    parser.add_argument(
        "--exact-rate", type=float, default=0.999, metavar="P",
        help="share of the results that must be exact (default: 0.999)")
    parser.add_argument(
        "--resolution", type=float, default=0.001, metavar="S",
        help="how close to come (default: 0.001)")
    parser.add_argument(
        "--trials", type=int, default=1 << 18, metavar="N",
        help="trials of each step (default: 262144)")
    parser.add_argument("--seed", type=int, default=0, help="of all that is random (default: 0)")
    add_spiking_options(parser)
    parser.add_argument(
        "--order", default=ORDERS[0], metavar="O",
        help="how operands follow each other in the spiking style: random or provoking")
    add_json_option(parser)
    parser.epilog = (f"{parser.epilog}\n\nDESIGN, --budget and --objective take several names, "
                     "separated by commas. For noise on\nsynapses or membranes, what criticality "
                     "predicts at the value found is shown, too.")


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
            raise ValueError(f"Physics {name} must have one value here, not {len(values)}")
    return Physics(**{name: values[0] for name, values in given.items()})


def _run(args: argparse.Namespace) -> int:
    rows = []
    base = _base(args)
    with Console(stderr=True).status("Bisecting") as status:
        for target in targets(args):
            # No precision but the number of trials ends a step: all steps are then alike.
            status.update(f"Bisecting {target.label['design']}")
            found = find_tolerance(
                Cell(target=target, physics=base, seed=args.seed, precision=1e-9,
                     max_trials=args.trials, order=args.order),
                args.knob, exact_rate=args.exact_rate, resolution=args.resolution)
            predicted = None
            if args.knob in _PREDICTED and not base.has_residue:
                (predicted,) = find_criticality(
                    target.graph, operand_sample(target.graph, args.seed),
                    [Physics(**{args.knob: found["largest"]})]).predicted
            rows.append({
                **target.label, "neurons": len(target.graph.neurons), "knob": args.knob, **found,
                "predicted_rate": predicted, "seed": args.seed})
    if args.json:
        print_json(rows)
        return 0
    columns = ["design", "library", "budget", "objective", "neurons", f"largest {args.knob}",
               "exact %", "predicted %"]
    print_table(f"{100 * args.exact_rate:g} % exact, seed {args.seed}", columns, [
        [*(row[c] for c in columns[:5]), f"{row['largest']:.4g}",
         f"{100 * row['exact_rate']:.3f}",
         "-" if row["predicted_rate"] is None else f"{100 * row['predicted_rate']:.3f}"]
        for row in rows], numbers=columns[4:])
    return 0
