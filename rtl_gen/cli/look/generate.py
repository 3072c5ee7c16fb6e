# SPDX-License-Identifier: Apache-2.0
"""``spikefloat generate``: text from a language model of neurons, simulated or in Verilog."""

import argparse
from typing import Any

from spikefloat.rtl_gen.checks.networks.decoders import generate_in_rtl
from spikefloat.rtl_gen.checks.networks.generation import generate
from spikefloat.rtl_gen.cli.output import Table, progress, show
from spikefloat.rtl_gen.cli.selection import refuse
from spikefloat.rtl_gen.cli.simulators import build_folder, simulators
from spikefloat.rtl_gen.weights.language.model import LanguageModel
from spikefloat.rtl_gen.weights.language.models import read_language_model
from spikefloat.sim.training.language import STORED

__all__ = ["run"]

#: What a text begins with if nothing is given.
_PROMPT = "The "


def run(args: argparse.Namespace) -> int:
    """Read the model, and go on with the prompt."""
    if args.checkpoint is None:
        refuse(args, "tokenizer", "without --checkpoint")
    model = read_language_model(args.checkpoint or STORED, args.tokenizer)
    if args.layers is not None:
        model = model.with_layers(args.layers)
    prompts = args.prompt or [_PROMPT]
    if args.sim is not None:
        refuse(args, "check", "with --sim, which compares in any case")
        refuse(args, "jobs", "with --sim, whose one engine makes a token after the other")
        return _in_rtl(args, model, prompts)
    refuse(args, "build-dir output", "without --sim")
    rows = []
    with progress("Generating") as tell:
        for prompt in prompts:
            rows.append(
                generate(
                    model,
                    prompt,
                    args.tokens,
                    is_checked=args.check,
                    progress=tell,
                    jobs=args.jobs or 1,  # more pay for long texts only
                )
            )
    show(args, rows, *(part for row in rows for part in (row["text"], _table(row))))
    return _status(rows)


def _in_rtl(args: argparse.Namespace, model: LanguageModel, prompts: list[str]) -> int:
    """Let the engine go on with the prompts, in each simulator."""
    rows = []
    names = simulators(args.sim)
    with progress("Generating") as tell, build_folder(args.build_dir) as folder:
        for name in names:
            rows += generate_in_rtl(
                model,
                prompts,
                args.tokens,
                name,
                output=args.output,
                folder=folder / name if len(names) > 1 else folder,
                progress=tell,
            )
    parts = [part for row in rows for part in (row["text"], _table(row))]
    show(args, rows, *parts, f"written: {rows[0]['file']}")
    return _status(rows)


def _status(rows: list[dict[str, Any]]) -> int:
    """Return 1 if anything that was compared is not equal."""
    counts = ("logits", "intermediates", "classes")
    return int(any(row[n] != row[f"{n}_equal"] for row in rows for n in counts if n in row))


def _own_lines(row: dict[str, Any]) -> list[tuple[str, object]]:
    """Return what there is to say of the exact simulator, or of the engine."""
    if "clocks" in row:
        clocks = row["clocks"]
        return [(f"clocks for a token, in {row['simulator']}", f"{clocks[0]:,} to {clocks[-1]:,}")]
    other = row["first_other_in_float32"]
    return [
        ("tokens in a second of one core", f"{row['tokens_per_cpu_second']:g}"),
        (f"tokens in a second, of {row['jobs']} at once", f"{row['tokens_per_second']:g}"),
        ("first token that differs in float32", "none" if other is None else other),
    ]


def _table(row: dict[str, Any]) -> Table:
    lines = [
        ("codes / residual stream", f"{row['format']} / {row['stream_format']}"),
        ("weights", f"{row['weights']:,}"),
        ("neurons of all units", f"{row['neurons']:,}"),
        ("tokens of the prompt / made", f"{row['prompt_tokens']} / {row['tokens']}"),
        *_own_lines(row),
        *(
            (
                f"{noun} equal to the golden model, bit for bit",
                f"{row[f'{noun}_equal']:,} of {row[noun]:,}",
            )
            for noun in ("logits", "intermediates", "classes")
            if noun in row
        ),
    ]
    return Table(
        title="Text of neurons",
        columns=("what", "value"),
        rows=[{"what": what, "value": value} for what, value in lines],
    )
