# SPDX-License-Identifier: Apache-2.0
"""How fast neurons go on with a text, with one process and with several, side by side.

    python benchmarks/language_speed.py
    python benchmarks/language_speed.py --checkpoint random.bin --tokenizer random_tokens.bin --prompt a

makes the same text with one process, then with ``--jobs`` of them, and so on by turns; circuits are
built again each time, which is not counted. Of the fastest run of each it prints tokens in a second of the
clock, which depends on what else the machine does, and ``longest_cpu_seconds``, which hardly does: what
proposals take of a processor, then the slowest of the processes.
The exit status is 1 if a text differs.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from spikefloat.rtl_gen.checks.networks.generation import generate
from spikefloat.rtl_gen.errors import UserError
from spikefloat.rtl_gen.weights.language.model import LanguageModel
from spikefloat.rtl_gen.weights.language.models import read_language_model
from spikefloat.sim.training.language import STORED


def measure(
    model: LanguageModel, prompt: str, tokens: int, jobs: int, repeats: int
) -> tuple[list[dict[str, Any]], bool]:
    """Return the fastest run with one process and with several, and whether all texts are equal."""
    runs: dict[int, list[dict[str, Any]]] = {1: [], jobs: []}
    for _ in range(repeats):
        for count, own in runs.items():
            own.append(
                generate(
                    model,
                    prompt,
                    tokens,
                    is_checked=False,
                    progress=lambda _: None,
                    jobs=count,
                )
            )
    texts = {run["text"] for own in runs.values() for run in own}
    best = [max(own, key=lambda run: run["tokens_per_second"]) for own in runs.values()]
    return best, len(texts) == 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checkpoint", type=Path, default=STORED)
    parser.add_argument("--tokenizer", type=Path)
    parser.add_argument("--prompt", default="The neurons ")
    parser.add_argument("--tokens", type=int, default=100)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=3)
    args = parser.parse_args()
    try:
        model = read_language_model(args.checkpoint, args.tokenizer)
        best, is_equal = measure(model, args.prompt, args.tokens, args.jobs, args.repeats)
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    names = ("jobs", "tokens", "tokens_per_second", "tokens_per_cpu_second", "longest_cpu_seconds")
    rows = [{name: row[name] for name in names} for row in best]
    one, several = rows
    result = {
        "runs": rows,
        "ratio": round(several["tokens_per_second"] / one["tokens_per_second"], 2),
        "ratio_of_longest": round(one["longest_cpu_seconds"] / several["longest_cpu_seconds"], 2),
        "texts_are_equal": is_equal,
    }
    print(json.dumps(result, indent=2))
    return 0 if is_equal else 1


if __name__ == "__main__":
    sys.exit(main())
