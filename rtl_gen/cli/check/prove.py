# SPDX-License-Identifier: Apache-2.0
"""``spikefloat prove``: prove the generated Verilog of operations right for all operands."""

import argparse
from typing import Any

from spikefloat.rtl_gen.checks.proving.outcome import Counterexample, Outcome
from spikefloat.rtl_gen.checks.proving.plan import method_of
from spikefloat.rtl_gen.checks.proving.prove import prove
from spikefloat.rtl_gen.checks.verifying.designs import scalar_design
from spikefloat.rtl_gen.cli.output import Table, note, progress
from spikefloat.rtl_gen.cli.running import printed_rows
from spikefloat.rtl_gen.cli.selection import select
from spikefloat.rtl_gen.designs.header import command_line
from spikefloat.rtl_gen.designs.instance import Instance
from spikefloat.rtl_gen.designs.labels import labels
from spikefloat.rtl_gen.designs.saved import SavedCircuit
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.fpga.synthesis.cache import Cache, default_cache_folder
from spikefloat.sim.golden.values import describe

__all__ = ["run"]

_COLUMNS = (
    "design",
    "format",
    "to",
    "overflow",
    "library",
    "budget",
    "objective",
    "rounding",
    "flags",
    "style",
    "stages",
    "input_bits",
    "method",
    "ands",
    "seconds",
    "result",
)


def run(args: argparse.Namespace) -> int:
    """Prove each instance; the status is 0 only if all are proved."""
    instances = _provable(args)
    planned = Table(
        title="Generated Verilog, for all operands",
        columns=_COLUMNS,
        rows=[_planned_row(one) for one in instances],
        keep=("ands", "seconds", "result"),
    )
    cache = Cache(None if args.no_cache else default_cache_folder())
    outcomes = []
    with printed_rows(args, planned) as add, progress("Proving") as tell:
        for place, one in enumerate(instances):
            tell.count(place, len(instances))
            outcome = prove(
                one,
                timeout=args.timeout,
                cache=cache,
                progress=lambda step, name=one.name: tell(f"{name}: {step}"),  # type: ignore[misc]
            )
            outcomes.append(outcome)
            add(_row(one, outcome))
    if not (args.json or args.csv):
        for one, outcome in zip(instances, outcomes, strict=True):
            print("\n".join(_lines(one, outcome)))
    return int(any(outcome.result != "proved" for outcome in outcomes))


def _provable(args: argparse.Namespace) -> list[Instance]:
    """Return the instances that can be proved; of all designs or formats the others are left out."""
    circuits, cells = select(args)
    is_all = "all" in args.design or "all" in args.format
    if cells and not is_all:
        raise InputError(f"Design to be proved must be an operation on floats, not {cells[0].name}")
    found = []
    for one in circuits:
        if isinstance(one, SavedCircuit):
            raise InputError(
                f"Circuit to be proved must be that of a design, not of the file {one.path}, which "
                "has no golden model"
            )
        try:
            method_of(one)
        except InputError as error:
            if not is_all:
                raise
            note(f"left out: {error}")
        else:
            found.append(one)
    if not found:
        raise InputError("No design to be proved is left; at least one is needed")
    return found


def _planned_row(one: Instance) -> dict[str, Any]:
    return {**labels(one), "input_bits": one.graph.input_count, "method": str(method_of(one))}


def _row(one: Instance, outcome: Outcome) -> dict[str, Any]:
    record = outcome.as_record()
    return {
        **_planned_row(one),
        "circuit": one.graph.digest[:16],
        "ands": outcome.nodes,
        "lemmas": record["lemmas"],
        "seconds": outcome.seconds,
        "kept": outcome.is_kept,
        "reason": outcome.reason,
        "counterexample": record["counterexample"],
        "command": command_line("prove", one),
        "result": outcome.result,
    }


def _lines(one: Instance, outcome: Outcome) -> list[str]:
    """Return what a reader is told of a proof."""
    kept = ", kept from before" if outcome.is_kept else ""
    lines = [f"{one.name}: {outcome.result}{kept}"]
    lines += [f"  {lemma.what} ({lemma.method}, {lemma.seconds} s)" for lemma in outcome.lemmas]
    if outcome.reason:
        lines.append(f"  {outcome.reason}")
    if outcome.counterexample:
        lines.append(f"  {_words(one, outcome.counterexample)}")
    return lines


def _words(one: Instance, example: Counterexample) -> str:
    """Return a counterexample with the values of its codes."""
    dut = scalar_design(one).dut
    ports = {port.name: port for port in (*dut.inputs, *dut.outputs)}

    def text(name: str, code: int) -> str:
        port = ports[name]
        digits = f"0x{code:0{-(-port.width // 4)}X}"
        return f"{digits} ({describe(port.fmt, code)})" if port.fmt else digits

    operands = " ".join(f"{name}={text(name, code)}" for name, code in example.operands.items())
    results = "; ".join(
        f"{name} is {text(name, code)}, not {text(name, example.expected[name])}"
        for name, code in example.found.items()
        if code != example.expected[name]
    )
    return f"{operands}: {results}"
