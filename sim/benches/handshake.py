# SPDX-License-Identifier: Apache-2.0
"""Running designs with a handshake through many operations.

Such a design has the ports ``clk``, ``rst``, ``start``, ``ready`` and ``valid``, operands that it
takes in the clock with ``start``, and results that are there in the clock with ``valid``. Many
copies, the *lanes*, work side by side, each on operations of its own: crossing between Python and
the simulator is what takes time, and it is done once for all lanes.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from spikefloat.sim.benches.dut import Check, Outcome, Port
from spikefloat.sim.benches.scoreboard import Scoreboard
from spikefloat.sim.benches.session import Recording, Session
from spikefloat.sim.benches.top import PERIOD, prefixed

__all__ = ["handshake_top", "run_handshake"]

#: Times its latency after which an operation that has not ended is given up.
_PATIENCE = 4

#: How many copies of a design work side by side, from so many cases on: more copies take longer to
#: build, fewer take longer to run.
_LANES = ((1 << 18, 32), (1 << 15, 8), (1 << 12, 4), (0, 1))


def lane_count(cases: int) -> int:
    """Return how many copies of a design work side by side."""
    return next(lanes for least, lanes in _LANES if cases >= least)


def run_handshake(checks: Sequence[Check], session: Session) -> list[Outcome]:
    """Drive designs through operations, back to back, all in one build.

    Every operation must take exactly the clocks that the design claims, or no more if it may end
    early.
    """
    lanes = [lane_count(check.cases.count) for check in checks]
    recording = session.run(
        handshake_top(checks, lanes),
        "tb_handshake",
        {"latencies": [check.dut.latency for check in checks], "patience": _PATIENCE},
        {
            f"operands_{index}": _packed(check, count)
            for index, (check, count) in enumerate(zip(checks, lanes, strict=True))
        },
    )
    return [
        _judge(check, session.simulator, recording, index) for index, check in enumerate(checks)
    ]


def handshake_top(checks: Sequence[Check], lanes: Sequence[int]) -> str:
    """Return one file with all designs, in lanes, and a top module around them.

    Design number 2 has the ports ``start_2``, ``ready_2`` and ``valid_2``; the latter two are
    asserted when those of every lane are. Lanes that end early wait for the others, of which
    ``done_of_2`` tells. Operands stand side by side in ``operands_2``, those of
    each lane in whole bytes. Results likewise.
    """
    texts = []
    ports = ["input wire clk", "input wire rst"]
    body: list[str] = []
    for index, (check, count) in enumerate(zip(checks, lanes, strict=True)):
        texts.append(prefixed(check.dut, index))
        operands, results = (
            8 * count * _slot_bytes(ports) for ports in (check.dut.inputs, check.dut.outputs)
        )
        ports += [
            f"input wire start_{index}",
            f"output wire ready_{index}",
            f"output wire valid_{index}",
            f"input wire [{operands - 1}:0] operands_{index}",
            f"output wire [{results - 1}:0] results_{index}",
        ]
        body += _lanes(index, check, count)
    head = "module bench_top (\n    " + ",\n    ".join(ports) + "\n);"
    # The spikes that a design shows are of no use here.
    return "\n".join([*texts, "// verilator lint_off PINMISSING", head, *body, "endmodule", ""])


def _lanes(index: int, check: Check, lanes: int) -> list[str]:
    """Return the lines of the top module that hold all lanes of one design."""
    lane = f"lane_{index}"
    ends_early = check.dut.ends_early and lanes > 1
    pins = [
        ".clk(clk)",
        ".rst(rst)",
        f".start(start_{index}{f' & ready_{index}' * ends_early})",
        f".ready(ready_of_{index}[{lane}])",
        f".valid(valid_of_{index}[{lane}])",
    ]
    padding = []
    for bus, ports in (("operands", check.dut.inputs), ("results", check.dut.outputs)):
        size = 8 * _slot_bytes(ports)
        start = 0
        for port in ports:
            place = f"{bus}_{index}[{size}*{lane}+{start}"
            pins.append(f".{port.name}({place} +: {port.bits}])")
            unused = 8 * port.size - port.bits
            if bus == "results" and unused:
                place = f"{bus}_{index}[{size}*{lane}+{start + port.bits}"
                padding.append(f"        assign {place} +: {unused}] = {unused}'d0;")
            start += 8 * port.size
    return [
        f"    wire [{lanes - 1}:0] ready_of_{index}, valid_of_{index};",
        f"    assign ready_{index} = &ready_of_{index};",
        *(
            _waiting(index, lanes)
            if ends_early
            else (f"    assign valid_{index} = &valid_of_{index};",)
        ),
        f"    genvar {lane};",
        f"    generate for ({lane} = 0; {lane} < {lanes}; {lane} = {lane} + 1)"
        f" begin : lanes_{index}",
        f"        d{index}_{check.dut.module} lane ({', '.join(pins)});",
        *padding,
        "    end endgenerate",
    ]


def _waiting(index: int, lanes: int) -> list[str]:
    """Return the lines that assert ``valid`` of one design with the last of its lanes."""
    return [
        f"    reg [{lanes - 1}:0] done_of_{index} = {lanes}'d0;",
        f"    assign valid_{index} = &(done_of_{index} | valid_of_{index});",
        f"    always @(posedge clk) done_of_{index} <= (rst | valid_{index}) ? {lanes}'d0"
        f" : done_of_{index} | valid_of_{index};",
    ]


def _slot_bytes(ports: Sequence[Port]) -> int:
    """Return the bytes that one lane has for these ports."""
    return sum(port.size for port in ports)


def _packed(check: Check, lanes: int) -> NDArray[np.uint8]:
    """Return the bytes of the operand bus, one row for each round; the last one is filled up."""
    slots = np.concatenate(
        [port.pack(check.cases.rows(port.name)) for port in check.dut.inputs], axis=1
    )
    return np.pad(slots, ((0, -len(slots) % lanes), (0, 0))).reshape(-1, lanes * slots.shape[1])


def _judge(check: Check, simulator: str, recording: Recording, index: int) -> Outcome:
    """Compare the results of one design with the expected ones, and its clocks with its latency."""
    arrays, dut = recording.arrays, check.dut
    clocks = arrays[f"clocks_{index}"]
    size = _slot_bytes(dut.outputs)
    count = len(check.cases.indices)
    slots, undefined = (
        arrays[f"{name}_{index}"].reshape(-1, size)[:count] for name in ("results", "undefined")
    )
    results, masks, start = {}, {}, 0
    for port in dut.outputs:
        own = slice(start, start + port.size)
        results[port.name] = port.unpack(slots[:, own])
        masks[port.name] = port.unpack(undefined[:, own]) != 0
        start += port.size
    notes = []
    if not arrays[f"ready_{index}"]:
        notes.append("not ready after reset")
    late = clocks > dut.latency if dut.ends_early else clocks != dut.latency
    if late.any():
        most = "at most " * dut.ends_early
        notes.append(f"operations must take {most}{dut.latency} clocks, not {clocks[late][0]:g}")
    lanes = lane_count(check.cases.count)
    board = Scoreboard(check, results, masks, np.repeat(late, lanes)[: len(slots)], notes)
    return Outcome(
        dut=dut,
        simulator=simulator,
        cases=board.cases,
        mismatches=board.mismatches,
        report=board.report(),
        first_wrong=board.first_wrong,
        results=results,
        clip=recording.clip(-PERIOD, PERIOD * (float(clocks.sum()) + 2)),
        **recording.times,
    )
