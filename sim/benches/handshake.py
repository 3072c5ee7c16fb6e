# SPDX-License-Identifier: Apache-2.0
"""Driving designs with a handshake through many operations under a simulator.

Such a design has the ports ``clk``, ``rst``, ``start``, ``ready`` and ``valid``, operands that it
takes in the clock with ``start``, and results that are there in the clock with ``valid``. Many
copies, the *lanes*, work side by side, each on operations of its own: crossing between Python and
the simulator is what takes time, and it is done once for all lanes.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spikefloat.sim.benches.top import rename_modules
from spikefloat.sim.simulators.runner import BenchError, run_bench

__all__ = ["HandshakeCases", "HandshakeDesign", "Port", "handshake_top", "run_handshake"]

#: Clocks after which an operation that has not ended is given up.
_PATIENCE = 4


@dataclass(frozen=True)
class Port:
    """An operand or a result."""

    name: str
    width: int


@dataclass(frozen=True, kw_only=True)
class HandshakeDesign:
    """A design that is started, and says when it is done."""

    name: str  #: Name for tables and messages.
    verilog: str  #: Text of a file with the design and all it is made of.
    module: str  #: Name of its top module.
    operands: tuple[Port, ...]
    results: tuple[Port, ...]
    latency: int  #: Clocks from ``start`` to ``valid``, and to the next ``start``.


@dataclass(frozen=True, kw_only=True)
class HandshakeCases:
    """A design, and the operations to drive it through."""

    design: HandshakeDesign
    operands: tuple[NDArray[np.int64], ...]  #: One array for each operand.
    lanes: int  #: Copies of the design that work side by side.


def handshake_top(cases: Sequence[HandshakeCases], name: str = "handshake_top") -> str:
    """Return one file with all designs, in lanes, and a top module around them.

    Design number 2 has the ports ``start_2``, ``ready_2`` and ``valid_2``; the latter two are
    asserted when those of every lane are. Operands stand side by side in ``operands_2``: each
    lane has a slot of whole bytes, with the first operand in the lowest bits. Results likewise.
    """
    texts = []
    ports = ["input wire clk", "input wire rst"]
    body: list[str] = []
    for index, case in enumerate(cases):
        texts.append(rename_modules(case.design.verilog, f"c{index}_"))
        ports += [
            f"input wire start_{index}",
            f"output wire ready_{index}",
            f"output wire valid_{index}",
            f"input wire [{case.lanes * slot_bits(case.design.operands) - 1}:0] operands_{index}",
            f"output wire [{case.lanes * slot_bits(case.design.results) - 1}:0] results_{index}",
        ]
        body += _lanes(index, case)
    head = f"module {name} (\n    " + ",\n    ".join(ports) + "\n);"
    # The spikes that a design shows are of no use here.
    return "\n".join([*texts, "// verilator lint_off PINMISSING", head, *body, "endmodule", ""])


def _lanes(index: int, case: HandshakeCases) -> list[str]:
    """Return the lines of the top module that hold all lanes of one design."""
    design, lanes = case.design, case.lanes
    lane = f"lane_{index}"
    pins = [
        ".clk(clk)",
        ".rst(rst)",
        f".start(start_{index})",
        f".ready(ready_of_{index}[{lane}])",
        f".valid(valid_of_{index}[{lane}])",
    ]
    end = 0
    for bus, ports in (("operands", design.operands), ("results", design.results)):
        end = 0
        for port in ports:
            pins.append(
                f".{port.name}({bus}_{index}[{slot_bits(ports)}*{lane}+{end} +: {port.width}])"
            )
            end += port.width
    size = slot_bits(design.results)
    padding = (
        [f"        assign results_{index}[{size}*{lane}+{end} +: {size - end}] = {size - end}'d0;"]
        if end < size
        else []
    )
    return [
        f"    wire [{lanes - 1}:0] ready_of_{index}, valid_of_{index};",
        f"    assign ready_{index} = &ready_of_{index};",
        f"    assign valid_{index} = &valid_of_{index};",
        f"    genvar {lane};",
        f"    generate for ({lane} = 0; {lane} < {lanes}; {lane} = {lane} + 1)"
        f" begin : lanes_{index}",
        f"        c{index}_{design.module} lane ({', '.join(pins)});",
        *padding,
        "    end endgenerate",
    ]


def slot_bits(ports: Sequence[Port]) -> int:
    """Return the bits that one lane has for these ports: whole bytes."""
    return 8 * -(-sum(port.width for port in ports) // 8)


def run_handshake(
    cases: Sequence[HandshakeCases],
    simulator: str,
    build_dir: Path,
    *,
    progress: Callable[[str], None] | None = None,
) -> list[dict[str, NDArray[np.int64]]]:
    """Drive designs through operations, back to back, all in one build.

    Every operation must take exactly the clocks that the design claims.

    Parameters
    ----------
    cases
        Designs and operations.
    simulator
        "icarus" or "verilator".
    build_dir
        Folder for all that is written.
    progress
        Called with a few words at the start of each step.

    Returns
    -------
    list of dict
        For each design its results, by the names of the ports, one for each operation.

    Raises
    ------
    BenchError
        If the build fails, or an operation does not end in its time.
    ToolError
        If the simulator is missing.
    """
    folder = Path(build_dir).resolve() / f"{simulator}_handshake"
    folder.mkdir(parents=True, exist_ok=True)
    source, job = folder / "handshake_top.v", folder / "job.json"
    source.write_text(handshake_top(cases), encoding="utf-8")
    entries = []
    for index, case in enumerate(cases):
        rows = _packed(case.design.operands, case.operands, case.lanes)
        np.save(folder / f"operands_{index}.npy", rows)
        (folder / f"results_{index}.npy").unlink(missing_ok=True)
        entries.append(
            {
                "name": case.design.name,
                "latency": case.design.latency,
                "operands": str(folder / f"operands_{index}.npy"),
                "results": str(folder / f"results_{index}.npy"),
            }
        )
    job.write_text(
        json.dumps({"designs": entries, "patience": _PATIENCE}, indent=1), encoding="utf-8"
    )
    bench = run_bench(
        simulator,
        [source],
        "handshake_top",
        "spikefloat.tb.tb_handshake",
        folder,
        env={"SPIKEFLOAT_JOB": str(job)},
        expected_tests=1,
        check=False,
        progress=progress,
    )
    if bench.failures:
        raise BenchError("An operation did not end in its time: " + "\n".join(bench.failures))
    found = []
    for index, case in enumerate(cases):
        rows = np.load(folder / f"results_{index}.npy")
        found.append(_unpacked(case.design.results, rows, len(case.operands[0])))
    return found


def _packed(
    ports: Sequence[Port], operands: Sequence[NDArray[np.int64]], lanes: int
) -> NDArray[np.uint8]:
    """Return the bytes of the operand bus, one row for each round; the last one is filled up."""
    words = np.zeros(len(operands[0]), np.uint64)
    start = 0
    for port, values in zip(ports, operands, strict=True):
        words |= values.astype(np.uint64) << np.uint64(start)
        start += port.width
    words = np.concatenate([words, np.zeros(-len(words) % lanes, np.uint64)])
    size = slot_bits(ports) // 8
    columns = words.astype("<u8").view(np.uint8).reshape(-1, 8)[:, :size]
    return np.ascontiguousarray(columns).reshape(-1, lanes * size)


def _unpacked(
    ports: Sequence[Port], rows: NDArray[np.uint8], count: int
) -> dict[str, NDArray[np.int64]]:
    """Return the results that the rows of bytes hold."""
    size = slot_bits(ports) // 8
    slots = rows.reshape(-1, size).astype(np.int64)
    words = slots @ (1 << 8 * np.arange(size, dtype=np.int64))
    results: dict[str, NDArray[np.int64]] = {}
    start = 0
    for port in ports:
        results[port.name] = words[:count] >> start & (1 << port.width) - 1
        start += port.width
    return results
