# SPDX-License-Identifier: Apache-2.0
"""``spikefloat perplexity``: how well a language model foretells a text, in floats and in codes."""

import argparse

from spikefloat.rtl_gen.checks.networks.perplexity import perplexities
from spikefloat.rtl_gen.cli.output import Table, progress, show
from spikefloat.rtl_gen.cli.selection import refuse
from spikefloat.rtl_gen.files import read_text
from spikefloat.rtl_gen.weights.language.models import read_language_model
from spikefloat.sim.training.language import SAMPLE, STORED

__all__ = ["run"]


def run(args: argparse.Namespace) -> int:
    """Read model and text, and measure."""
    if args.checkpoint is None:
        refuse(args, "tokenizer", "without --checkpoint")
    model = read_language_model(args.checkpoint or STORED, args.tokenizer)
    text = read_text(args.text or SAMPLE)
    with progress("Measuring") as tell:
        rows = perplexities(model, text, args.format, progress=tell)
    columns = ("format", "tokens", "perplexity", "bits_per_token")
    show(args, rows, Table(title="Perplexity", columns=columns, rows=rows))
    return 0
