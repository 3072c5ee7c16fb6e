# SPDX-License-Identifier: Apache-2.0
"""``spikefloat tolerance``: the largest noise that designs tolerate."""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from spikefloat.rtl_gen.cli.devices import label_columns, targets
from spikefloat.rtl_gen.cli.figures.tolerance import plot_tolerance
from spikefloat.rtl_gen.cli.figures.write import check_plot
from spikefloat.rtl_gen.cli.output import Table, note, progress, show
from spikefloat.rtl_gen.cli.presets import list_devices, named_grid, on_device
from spikefloat.rtl_gen.cli.selection import refuse
from spikefloat.rtl_gen.errors import InputError, OutOfReach
from spikefloat.sim.campaigns.campaign import Cell
from spikefloat.sim.campaigns.criticality import find_criticality
from spikefloat.sim.campaigns.hardening import find_cheapest
from spikefloat.sim.campaigns.target import Target
from spikefloat.sim.campaigns.tolerance import find_tolerance
from spikefloat.sim.devices.operands import operand_sample
from spikefloat.sim.devices.physics import Physics
from spikefloat.sim.devices.presets import Preset

__all__ = ["run"]

_PREDICTED = ("synapse_noise", "membrane_noise")

_COLUMNS = (
    "style",
    "order",
    "hardened_for",
    "neurons",
    "synapses",
    "knob",
    "largest",
    "exact_rate",
    "predicted_rate",
)


def run(args: argparse.Namespace) -> int:
    """Bisect the knob for each circuit on each device."""
    if args.list_devices:
        return list_devices(args)
    check_plot(args.plot)
    rows = []
    if args.device:
        refuse(args, "harden", "with --device")
    bases = named_grid(args, args.knob)
    with progress("Bisecting") as tell:
        for target, base, hardened in _candidates(args, bases, tell):
            for order in args.order if base.style == "spiking" else ["random"]:
                tell(f"Bisecting {target.label['design']}")
                rows.append(_row(args, target, base, hardened, order))
    if args.plot:
        note(f"drawn: {', '.join(map(str, plot_tolerance(rows, args.plot)))}")
    title = f"{100 * args.exact_rate:g} % exact, seed {args.seed}"
    show(
        args,
        rows,
        Table(
            title=title, columns=[*label_columns(rows), *_COLUMNS], rows=rows, keep=_COLUMNS[-3:]
        ),
    )
    return 0


def _candidates(
    args: argparse.Namespace,
    bases: list[tuple[Preset | None, Physics]],
    tell: Callable[[str], None],
) -> Iterator[tuple[Target, Physics, float | None]]:
    """Yield each circuit on each device, and what it was hardened for."""
    levels = args.harden or []
    if levels and (args.knob not in _PREDICTED or bases != [(None, Physics())]):
        raise InputError(
            f"Knob to harden against must be {' or '.join(_PREDICTED)} in the spatial "
            f"style, not {args.knob!r}"
        )
    for target in targets(args):
        for preset, base in bases:
            yield on_device(target, preset), base, None
            for level in levels:
                noise: dict[str, Any] = {args.knob: level}
                try:
                    found = find_cheapest(
                        [target],
                        replace(base, **noise),
                        exact_rate=args.exact_rate,
                        seed=args.seed,
                        progress=tell,
                    )
                except OutOfReach as error:
                    words = (str(target.label[key]) for key in ("design", "library", "budget"))
                    note(f"left out: {' '.join(words)} for {level}: {error}")
                    continue
                yield found.target, base, level


def _row(
    args: argparse.Namespace, target: Target, base: Physics, hardened: float | None, order: str
) -> dict[str, Any]:
    # No precision but the number of trials ends a step: all steps are then alike.
    found = find_tolerance(
        Cell(
            target=target,
            physics=base,
            seed=args.seed,
            precision=1e-9,
            max_trials=args.trials,
            order=order,
        ),
        args.knob,
        exact_rate=args.exact_rate,
        resolution=args.resolution,
    )
    predicted = None
    # The prediction knows noise only, and exact weights.
    if args.knob in _PREDICTED and not base.has_residue and not args.device:
        (predicted,) = find_criticality(
            target.graph,
            operand_sample(target.graph, args.seed),
            [Physics(**{args.knob: found["largest"]})],
        ).predicted
    graph = target.graph
    return {
        **target.label,
        **base.as_dict(),
        "order": order,
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
