# SPDX-License-Identifier: Apache-2.0
"""Text from a language model of neurons, each token decided by their results.

Quick operations propose tokens. The neurons then take all of them at once, each at its place, and what
they say follows the last token is compared with the next proposal: it stays as long as both agree,
and from where they do not, the token of the neurons counts. So the text is that of the neurons, as
if they had made it token by token.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.checks.networks.comparison import Comparison, Made, compare
from spikefloat.rtl_gen.checks.networks.token_parts import NeuronDecoding
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.networks.description import Network, Softmax
from spikefloat.rtl_gen.rtl.engine.token_units import TokenUnits
from spikefloat.rtl_gen.weights.language.model import LanguageModel
from spikefloat.sim.golden.networks.quick import quick_token_operations
from spikefloat.sim.golden.networks.tokens import Decoding
from spikefloat.sim.golden.networks.weights import encode_weights
from spikefloat.sim.golden.vectors.reductions import argmax
from spikefloat.sim.training.floats import FloatNetwork

__all__ = ["MOST_AT_ONCE", "first_tokens", "generate"]

Codes = NDArray[np.int64]

#: Most tokens that go through the neurons together.
MOST_AT_ONCE = 128


@dataclass
class _Run:
    """Text as it comes, and what was found on the way."""

    tokens: list[int]
    #: Of the processor, whatever else it does.
    seconds: dict[str, float] = field(
        default_factory=lambda: dict.fromkeys(("proposals", "neurons", "golden"), 0.0)
    )
    clock_seconds: float = 0  #: Without the golden model.
    passes: int = 0
    proposals: int = 0
    refused: int = 0
    found: list[Comparison] = field(default_factory=list)


def generate(
    model: LanguageModel,
    prompt: str,
    tokens: int,
    *,
    is_checked: bool,
    progress: Callable[[str], None],
    jobs: int = 1,
    units: TokenUnits | None = None,
) -> dict[str, Any]:
    """Return a text that begins with a prompt, and figures.

    Parameters
    ----------
    model : LanguageModel
        The model.
    prompt : str
        What the text begins with.
    tokens : int
        Number of tokens to make.
    is_checked : bool
        Whether everything that the neurons compute is compared with the golden model.
    progress : callable
        Called with a few words at the start of each step.
    jobs : int
        Number of processes that share the steps, at least 1. The text is the same with any.
    units : TokenUnits, optional
        Other circuits than those of the network, to see a fault found.

    Raises
    ------
    InputError
        If prompt and text do not fit into the context of the model, or a weight is wrong.
    """
    begin = first_tokens(model, prompt, tokens)
    network = model.decoder.network(len(begin) + tokens)
    weights = encode_weights(network, model.arrays)
    progress("Building the neurons")
    run = _Run(list(begin))
    with NeuronDecoding(network, weights, jobs, units) as neurons:
        _run(run, network, weights, neurons, len(begin) + tokens, is_checked, progress)
        made, build_seconds = neurons.units, neurons.build_seconds
    run.seconds["neurons"] = sum(neurons.seconds)
    new = run.tokens[len(begin) :]
    seconds = run.seconds["proposals"] + run.seconds["neurons"]
    return {
        "prompt": prompt,
        "text": model.tokenizer.decode(run.tokens),
        "tokens": len(new),
        "prompt_tokens": len(begin),
        "format": network.code_format.name,
        "stream_format": network.stream_format.name,
        "weights": network.weight_count,
        "neurons": made.neurons,
        "unit_neurons": {name: len(graph.neurons) for name, graph in made.graphs.items()},
        "jobs": neurons.jobs,
        "passes": run.passes,
        "proposals": run.proposals,
        "refused_proposals": run.refused,
        "first_other_in_float32": _first_other(model, run.tokens, len(begin)),
        **(_equal_figures(run.found) if is_checked else {}),
        "build_cpu_seconds": round(build_seconds, 3),
        **{f"{name}_cpu_seconds": round(own, 3) for name, own in run.seconds.items()},
        # The proposals, and the slowest of the processes that go on from there.
        "longest_cpu_seconds": round(run.seconds["proposals"] + max(neurons.seconds), 3),
        "tokens_per_cpu_second": round(len(new) / seconds, 2),
        "tokens_per_second": round(len(new) / run.clock_seconds, 2),
    }


def first_tokens(model: LanguageModel, prompt: str, tokens: int) -> list[int]:
    """Return the numbers of the tokens of a prompt, if there is room for so many behind it.

    Raises
    ------
    InputError
        If there is not.
    """
    begin = model.tokenizer.encode(prompt)
    most = model.decoder.context
    if len(begin) + tokens > most:
        raise InputError(
            f"Prompt and text must have at most {most} tokens together, the context of the model, "
            f"not {len(begin)} and {tokens}"
        )
    return begin


def _run(
    run: _Run,
    network: Network,
    weights: dict[str, Codes],
    neurons: NeuronDecoding,
    total: int,
    is_checked: bool,
    progress: Callable[[str], None],
) -> None:
    """Extend the text to a number of tokens."""
    golden = Decoding(network, weights)
    quick = Decoding(network, weights, quick_token_operations(network))
    while len(run.tokens) < total:
        first, known = neurons.position, len(run.tokens)
        progress(f"Token {known} of {total}")
        start, clock = time.process_time(), time.perf_counter()
        stop = min(max(known, first + MOST_AT_ONCE), total - 1)
        proposed, results = _proposed(network, quick, run.tokens, stop, neurons.needed)
        middle = time.process_time()
        made = neurons.run(proposed[first:], results)
        following = _following(network, made)
        run.seconds["proposals"] += middle - start
        run.clock_seconds += time.perf_counter() - clock
        used = known
        while used < len(proposed) and proposed[used] == following[used - 1 - first]:
            used += 1
        run.tokens += following[known - 1 - first : used - first]
        run.passes += 1
        run.proposals += len(proposed) - known
        run.refused += used < len(proposed)
        quick.back(used)
        neurons.back(used)
        if is_checked:
            start = time.process_time()
            expected = golden.run([proposed[first:used]])
            run.found.append(
                compare(network, expected, _first_rows(network, made, used - first, used))
            )
            run.seconds["golden"] += time.process_time() - start


def _proposed(
    network: Network, quick: Decoding, tokens: list[int], stop: int, needed: frozenset[str]
) -> tuple[list[int], Made]:
    """Return the text with proposals after it, up to a number of tokens, and what steps make of it.

    That is the results of the needed steps, for all tokens from the place of the quick operations on.
    """
    proposed, parts = list(tokens), list[Made]()
    while len(proposed) < stop or (needed and quick.position < stop):
        made = quick.run([proposed[quick.position :]])
        parts.append({name: made[name] for name in needed})
        if len(proposed) < stop:
            proposed.append(_following(network, made)[-1])
    return proposed, {
        name: {
            kind: np.concatenate([part[name][kind] for part in parts], axis=1)
            for kind in parts[0][name]
        }
        for name in needed
    }


def _following(network: Network, made: Made) -> list[int]:
    """Return the token with the largest logit after each; of several the first."""
    wide = network.stream_format
    return [
        int(token) for token in argmax(wide, wide, None, made[network.result_step]["stream"][0])
    ]


def _first_rows(
    network: Network, made: Made, rows: int, columns: int
) -> dict[str, dict[str, Codes]]:
    """Return what was made of the first tokens, with scores of no later ones."""
    softmaxes = [step for step in network.steps if isinstance(step, Softmax)]
    by_token = {name for step in softmaxes for name in (step.x, step.into)}
    wide = {step.name for step in network.steps if step.into in by_token}
    return {
        name: {
            kind: codes[:, :rows, :columns] if name in wide else codes[:, :rows]
            for kind, codes in kinds.items()
        }
        for name, kinds in made.items()
    }


def _first_other(model: LanguageModel, tokens: list[int], known: int) -> int | None:
    """Return at which new token, from 1, the model in float32 goes another way; None if it does not."""
    network = model.decoder.network(len(tokens) - 1)
    x = np.array(tokens[:-1])[None, :, None]
    logits = FloatNetwork(network, is_rounded=False).run(model.arrays, x)[0]
    other = np.flatnonzero(logits.argmax(axis=-1)[known - 1 :] != tokens[known:])
    return int(other[0]) + 1 if len(other) else None


def _equal_figures(found: list[Comparison]) -> dict[str, Any]:
    """Return how many codes are equal to those of the golden model, in all passes."""
    counts = ("logits", "logits_equal", "intermediates", "intermediates_equal")
    figures: dict[str, Any] = {name: sum(getattr(part, name) for part in found) for name in counts}
    wrong = [part.first_wrong for part in found if part.first_wrong is not None]
    return figures | ({"first_wrong": wrong[0]} if wrong else {})
