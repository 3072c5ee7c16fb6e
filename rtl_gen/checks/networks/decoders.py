# SPDX-License-Identifier: Apache-2.0
"""The engine of a decoder in a Verilog simulator: every result against the golden model."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.checks.networks.generation import first_tokens
from spikefloat.rtl_gen.designs.engines.decoder import decoder_hardware, make_decoder_engine
from spikefloat.rtl_gen.designs.hardware import Hardware
from spikefloat.rtl_gen.files import write_files
from spikefloat.rtl_gen.networks.description import Network
from spikefloat.rtl_gen.rtl.engine.decoder import DecoderEngine
from spikefloat.rtl_gen.weights.language.model import LanguageModel
from spikefloat.sim.benches.networks.decoders import DecoderShape, run_decoder
from spikefloat.sim.benches.session import FEW_STEPS, Session
from spikefloat.sim.golden.networks.network import written
from spikefloat.sim.golden.networks.tokens import Decoding
from spikefloat.sim.golden.networks.weights import encode_weights
from spikefloat.sim.golden.vectors.reductions import argmax

__all__ = ["DECODER_MODULE", "DecoderRun", "generate_in_rtl", "run_on_decoder"]

Codes = NDArray[np.int64]

#: Name of the module and its file.
DECODER_MODULE = "decoder"


@dataclass(frozen=True, kw_only=True)
class DecoderRun:
    """What an engine made of a sequence, compared with the golden model."""

    tokens: list[int]  #: The number that the engine gives behind each token.
    logits: int
    logits_equal: int
    intermediates: int  #: Codes that are written to the memory.
    intermediates_equal: int
    classes: int  #: Numbers of the largest logits.
    classes_equal: int
    clocks: list[int]  #: For each token.


def generate_in_rtl(
    model: LanguageModel,
    prompts: Sequence[str],
    tokens: int,
    simulator: str,
    *,
    output: Path,
    folder: Path,
    progress: Callable[[str], None],
) -> list[dict[str, Any]]:
    """Return texts that begin with prompts, by the engine of a model, and figures of each.

    Each token that goes in is that of the golden model; what the engine gives is compared with it.

    Parameters
    ----------
    model : LanguageModel
        The model.
    prompts : sequence of str
        What the texts begin with.
    tokens : int
        Number of tokens to make.
    simulator : str
        Name of a simulator.
    output : Path
        Folder for the Verilog.
    folder : Path
        Folder for what the simulator builds.
    progress : callable
        Called with a few words at the start of each step.

    Raises
    ------
    InputError
        If a prompt and its text do not fit into the context of the model, or a weight is wrong.
    """
    begins = [first_tokens(model, prompt, tokens) for prompt in prompts]
    network = model.decoder.network()
    weights = encode_weights(network, model.arrays)
    progress("Building the neurons")
    engine = make_decoder_engine(network, weights, DECODER_MODULE)
    progress("Generating Verilog")
    hardware = decoder_hardware(engine)
    write_files(output, {f"{DECODER_MODULE}.v": hardware.verilog})
    count = sum(map(len, begins)) + len(begins) * (tokens - 1)
    session = Session(
        simulator=simulator,
        folder=folder,
        progress=progress,
        is_quick=count * hardware.initiation_interval <= FEW_STEPS,
    )
    progress("Computing what is expected")
    runs = run_on_decoder(engine, hardware, weights, begins, session, tokens)
    return [
        {
            "prompt": prompt,
            "text": model.tokenizer.decode([*begin, *run.tokens[len(begin) - 1 :]]),
            "tokens": tokens,
            "prompt_tokens": len(begin),
            "format": network.code_format.name,
            "stream_format": network.stream_format.name,
            "weights": network.weight_count,
            "neurons": engine.neurons,
            "unit_neurons": {name: len(graph.neurons) for name, graph in engine.graphs.items()},
            "simulator": simulator,
            **vars(run) | {"tokens": tokens},
            "file": str(output / f"{DECODER_MODULE}.v"),
        }
        for prompt, begin, run in zip(prompts, begins, runs, strict=True)
    ]


def run_on_decoder(
    engine: DecoderEngine,
    hardware: Hardware,
    weights: Mapping[str, Codes],
    sequences: Sequence[Sequence[int]],
    session: Session,
    tokens: int = 1,
    gap: int = 0,
) -> list[DecoderRun]:
    """Run sequences of tokens on an engine, one after the other.

    Parameters
    ----------
    engine : DecoderEngine
        The engine.
    hardware : Hardware
        Its Verilog.
    weights : mapping of str to array of int
        Codes of all weights, constants and powers of two of rows included.
    sequences : sequence of sequence of int
        Numbers of the tokens that each begins with.
    session : Session
        Simulator and folder.
    tokens : int
        Number of tokens that are to follow; all but the last go in, too.
    gap : int
        Clocks that both ends of the streams wait before each transfer.

    Raises
    ------
    BenchError
        If the build fails, the engine does not end, or its streams are wrong.
    """
    golden = [_Expected(engine.program.network, weights, own, tokens) for own in sequences]
    widths = {port.name: port.width for port in hardware.ports}
    shape = DecoderShape(
        module=hardware.module,
        token_width=widths["s_axis_x_tdata"],
        result_width=widths["m_axis_y_tdata"],
        results=engine.program.outputs + 1,
        code_width=engine.program.network.code_format.width,
        codes=max(len(codes) for own in golden for codes in own.codes),
    )
    fed = np.concatenate([own.fed for own in golden])
    ends = np.concatenate([np.arange(len(own.fed)) == len(own.fed) - 1 for own in golden])
    recording = run_decoder(hardware.verilog, shape, fed, ends, session, gap)
    runs, first = [], 0
    for own in golden:
        part = slice(first, first + len(own.fed))
        first = part.stop
        runs.append(
            own.compare(recording.results[part], recording.codes[part], recording.clocks[part])
        )
    return runs


class _Expected:
    """What the golden model makes of a sequence."""

    def __init__(
        self, network: Network, weights: Mapping[str, Codes], begin: Sequence[int], tokens: int
    ) -> None:
        self.fed, self.codes = [int(token) for token in begin], list[Codes]()
        wide, logits, following = network.stream_format, list[Codes](), list[int]()
        golden = Decoding(network, weights)
        while len(logits) < len(self.fed):
            made = golden.run([[self.fed[len(logits)]]])
            logits.append(made[network.result_step]["stream"][0, 0])
            self.codes.append(_written(network, made))
            following.append(int(argmax(wide, wide, None, logits[-1])))
            if len(logits) == len(self.fed) < len(begin) + tokens - 1:
                self.fed.append(following[-1])
        self._logits, self._following = np.array(logits), np.array(following)

    def compare(self, results: Codes, codes: Sequence[Codes], clocks: Codes) -> DecoderRun:
        """Compare it with what an engine has made."""
        found = zip(self.codes, codes, strict=True)
        return DecoderRun(
            tokens=results[:, -1].tolist(),
            logits=self._logits.size,
            logits_equal=int((results[:, :-1] == self._logits).sum()),
            intermediates=sum(map(len, self.codes)),
            intermediates_equal=sum(
                int((own == seen).sum()) for own, seen in found if len(own) == len(seen)
            ),
            classes=len(self._following),
            classes_equal=int((results[:, -1] == self._following).sum()),
            clocks=clocks.tolist(),
        )


def _written(network: Network, made: Mapping[str, Mapping[str, Codes]]) -> Codes:
    """Return the codes that are written for a token, step by step, as the golden model has them."""
    codes = [written(made[step.name]) for step in network.steps]
    return np.concatenate([own[0, 0] for own in codes if own is not None])
