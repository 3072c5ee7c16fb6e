# SPDX-License-Identifier: Apache-2.0
"""An engine in a Verilog simulator: every result of every step, and where it was written."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.checks.networks.comparison import Made
from spikefloat.rtl_gen.designs.hardware import Hardware
from spikefloat.rtl_gen.networks.description import Network, Product
from spikefloat.rtl_gen.rtl.engine.engine import Engine
from spikefloat.rtl_gen.rtl.ports import whole_bytes
from spikefloat.sim.benches.networks.engines import EngineRecording, EngineShape, run_engine
from spikefloat.sim.benches.session import Session
from spikefloat.sim.simulators.runner import BenchError

__all__ = ["EngineRun", "engine_shape", "recorded_steps", "run_on_engine"]

Codes = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class EngineRun:
    """What an engine made of inputs, or its circuits without the engine."""

    made: Made
    classes: Codes  #: Index of the largest result of each input, as the engine says.
    #: From the first transfer of an input to that of its result, both counted; None without engine.
    clocks: int | None
    build_seconds: float
    run_seconds: float


def run_on_engine(
    engine: Engine, hardware: Hardware, x: Codes, session: Session, gap: int = 0
) -> EngineRun:
    """Run inputs on an engine, and return what its steps made.

    Parameters
    ----------
    engine : Engine
        The engine.
    hardware : Hardware
        Its Verilog.
    x : array of int
        Codes of the input, of shape (count, tokens, values).
    session : Session
        Simulator and folder.
    gap : int
        Clocks that both ends of the streams wait before each transfer.

    Raises
    ------
    BenchError
        If the build fails, the engine does not end, writes a result to another place than that of
        its tensor, sends other results than it kept, or takes other numbers of clocks than it says.
    """
    network = engine.program.network
    shape = engine_shape(engine, hardware)
    recording = run_engine(hardware.verilog, shape, x.astype(np.uint8), session, gap)
    made = recorded_steps(engine, shape, recording)
    results, classes = _results(engine, recording)
    kept = made[network.result_step]["stream"]
    if (results != kept[:, 0]).any():
        raise BenchError("Results that are sent must be those that were kept")
    clocks = recording.clocks
    # Counted from the first transfer: every later one waits, and so does that of the result.
    expected = hardware.initiation_interval + gap * engine.program.tokens
    if (clocks != expected).any():
        raise BenchError(
            f"Clocks for an input must be {expected}, not {clocks[clocks != expected][0]}"
        )
    return EngineRun(
        made=made,
        classes=classes,
        clocks=int(clocks[0]),
        build_seconds=recording.build_seconds,
        run_seconds=recording.run_seconds,
    )


def engine_shape(engine: Engine, hardware: Hardware) -> EngineShape:
    """Return what a bench must know of an engine."""
    network = engine.program.network
    widths = {port.name: port.width for port in hardware.ports}
    products = [step for step in network.steps if isinstance(step, Product)]
    others = [step for step in network.steps if not isinstance(step, Product)]
    return EngineShape(
        module=hardware.module,
        input_width=widths["s_axis_x_tdata"],
        tokens=engine.program.tokens,
        result_width=widths["m_axis_y_tdata"],
        word_width=widths["trace_word"],
        place_width=widths["trace_place"],
        data_width=widths["trace_data"],
        element_width=2 * (network.stream_format.width + network.code_format.width),
        elements=sum(rows * columns for rows, columns, _ in map(network.product_shape, products)),
        rows=sum(network.shape(step.x)[0] for step in others),
    )


def recorded_steps(
    engine: Engine, shape: EngineShape, recording: EngineRecording
) -> dict[str, dict[str, Codes]]:
    """Return what was recorded as results of steps, after a look at where they were written.

    Parameters
    ----------
    engine : Engine
        The engine.
    shape : EngineShape
        Its ports.
    recording : EngineRecording
        What it did.

    Raises
    ------
    BenchError
        If a result was written to another place than that of its tensor.
    """
    network, places = engine.program.network, engine.program.places
    wide, width = network.stream_format.width, network.code_format.width
    element = 0
    row = 0
    made = {}
    for step in network.steps:
        if not isinstance(step, Product):
            rows, columns = network.shape(step.x)
            entries = recording.rows[:, row : row + rows]
            row += rows
            codes = _fields(entries, [width] * columns)
            (words,) = np.moveaxis(
                _fields(entries, [shape.word_width], skip=shape.data_width), -1, 0
            )
            _check_places(step.name, words, places[step.into] + np.arange(rows))
            made[step.name] = {"codes": codes}
            continue
        rows, columns, _ = network.product_shape(step)
        entries = recording.elements[:, element : element + rows * columns]
        element += rows * columns
        fields = _fields(entries, [wide, wide, width, width, shape.word_width, shape.place_width])
        total, stream, codes, gated, word, place = np.moveaxis(
            fields.reshape(len(entries), rows, columns, 6), -1, 0
        )
        made[step.name] = {"sum": total, "stream": stream}
        if step.into is None:
            continue
        made[step.name]["codes"] = codes
        if step.is_gated:
            made[step.name]["gated"] = gated[..., 1::2]
        expected_word, expected_place = _expected_places(network, step, places[step.into])
        _check_places(step.name, word, expected_word)
        _check_places(step.name, place, expected_place)
    return made


def _expected_places(network: Network, step: Product, first: int) -> tuple[Codes, Codes]:
    """Return word and place of each element of a product."""
    rows, columns, _ = network.product_shape(step)
    row, column = np.indices((rows, columns))
    along = step.column + (column // 2 if step.is_gated else column)
    return (first + along, row) if step.is_transposed else (first + row, along)


def _check_places(name: str, actual: Codes, expected: Codes) -> None:
    wrong = actual != np.broadcast_to(expected, actual.shape)
    if wrong.any():
        raise BenchError(
            f"Results of {name} must be written to {np.broadcast_to(expected, actual.shape)[wrong][0]}, "
            f"not {actual[wrong][0]}"
        )


def _results(engine: Engine, recording: EngineRecording) -> tuple[Codes, Codes]:
    """Return the results that were sent, and the index of the largest."""
    wide, outputs = engine.program.network.stream_format.width, engine.program.outputs
    each = whole_bytes(wide)
    fields = _fields(recording.results, [each] * outputs)
    rest = _fields(
        recording.results, [8 * recording.results.shape[-1] - each * outputs], skip=each * outputs
    )
    return fields, rest[..., 0]


def _fields(entries: NDArray[np.uint8], widths: list[int], skip: int = 0) -> Codes:
    """Return fields of entries of bytes, the first in the lowest bits, on a new last axis."""
    bits = np.unpackbits(entries, axis=-1, bitorder="little")
    fields = []
    start = skip
    for width in widths:
        weights = 1 << np.arange(width, dtype=np.int64)
        fields.append(bits[..., start : start + width] @ weights)
        start += width
    return np.stack(fields, axis=-1)
