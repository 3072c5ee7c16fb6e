# SPDX-License-Identifier: Apache-2.0
"""``spikefloat generate``: text from a language model of neurons."""

import argparse
from typing import Any

from spikefloat.rtl_gen.checks.networks.generation import generate
from spikefloat.rtl_gen.cli.output import Table, progress, show
from spikefloat.rtl_gen.cli.selection import refuse
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
    rows = []
    with progress("Generating") as tell:
        for prompt in args.prompt or [_PROMPT]:
            rows.append(generate(model, prompt, args.tokens, is_checked=args.check, progress=tell))
    show(args, rows, *(part for row in rows for part in (row["text"], _table(row))))
    counts = ("logits", "intermediates") if args.check else ()
    return 0 if all(row[name] == row[f"{name}_equal"] for row in rows for name in counts) else 1


def _table(row: dict[str, Any]) -> Table:
    other = row["first_other_in_float32"]
    lines = [
        ("codes / residual stream", f"{row['format']} / {row['stream_format']}"),
        ("weights", f"{row['weights']:,}"),
        ("neurons of all units", f"{row['neurons']:,}"),
        ("tokens of the prompt / made", f"{row['prompt_tokens']} / {row['tokens']}"),
        ("tokens in a second of one core", f"{row['tokens_per_cpu_second']:g}"),
        ("first token that differs in float32", "none" if other is None else other),
        *(
            (
                f"{noun} equal to the golden model, bit for bit",
                f"{row[f'{noun}_equal']:,} of {row[noun]:,}",
            )
            for noun in ("logits", "intermediates")
            if noun in row
        ),
    ]
    return Table(
        title="Text of neurons",
        columns=("what", "value"),
        rows=[{"what": what, "value": value} for what, value in lines],
    )
