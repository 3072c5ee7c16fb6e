# SPDX-License-Identifier: Apache-2.0
"""The lemmas of proofs: every pattern, the float theory, products by rows, and pipelines."""

from collections.abc import Callable

import numpy as np

from spikefloat.rtl_gen.checks.proving.cuts import Cut
from spikefloat.rtl_gen.checks.proving.netlists import part, results
from spikefloat.rtl_gen.checks.proving.references import expected
from spikefloat.rtl_gen.checks.proving.solver import Solver, Term
from spikefloat.rtl_gen.checks.proving.work import Refuted, Work
from spikefloat.rtl_gen.checks.verifying.designs import scalar_design
from spikefloat.rtl_gen.designs.instance import Instance
from spikefloat.rtl_gen.mapping.aig import Circuit
from spikefloat.rtl_gen.mapping.equivalence import prove_same
from spikefloat.rtl_gen.mapping.patterns import every_pattern

__all__ = ["behind_cut", "by_theory", "every_operand", "in_front_of_cut", "same"]

_CHUNK_WORDS = 4096


def every_operand(work: Work, instance: Instance, circuit: Circuit) -> None:
    """Compare a netlist with the golden model on every pattern of its inputs.

    Raises
    ------
    Refuted
        If one gives something else.
    """
    bits = sum(port.width for port in circuit.inputs)
    design = scalar_design(instance)
    for first in range(0, max(1, (1 << bits) // 64), _CHUNK_WORDS):
        work.say(f"trying pattern {64 * first:,} of {1 << bits:,}")
        rows = every_pattern(bits, first=first, count=_CHUNK_WORDS)
        operands, found = results(circuit, rows, min(64 * rows.shape[1], 1 << bits))
        for name, codes in design.expected(operands).items():
            wrong = np.flatnonzero(found[name] != codes)
            if len(wrong):
                at = {port: int(values[wrong[0]]) for port, values in operands.items()}
                raise Refuted("the golden model gives another result", at)
    work.proved("the netlist is the golden model", f"all {1 << bits:,} input patterns")


def by_theory(work: Work, instance: Instance, circuit: Circuit) -> None:
    """Have a solver look for operands for which a netlist differs from its float theory.

    Raises
    ------
    Refuted
        If there are some.
    """

    def reference(solver: Solver, words: dict[str, Term]) -> Term:
        options = instance.circuit
        mode, codes = options.rounding.mode, tuple(words.values())
        assert mode is not None
        return expected(
            solver, instance.design.name, options.format, options.result_format, mode, codes
        )

    _ask(work, circuit, reference, "the netlist is the float theory")


def behind_cut(work: Work, instance: Instance, circuit: Circuit, cut: Cut) -> None:
    """The same for an operation on whose significands anything may have come out.

    Raises
    ------
    Refuted
        If there are operands and such a result for which they differ.
    """

    def reference(solver: Solver, words: dict[str, Term]) -> Term:
        options = instance.circuit
        assert options.rounding.mode is not None
        free = tuple(words.get(f"{wire}_i") for wire in cut.wires)
        codes = tuple(word for name, word in words.items() if not name.endswith("_i"))
        return cut.code(solver, options.format, options.rounding.mode, codes, free)

    _ask(work, circuit, reference, f"behind any {cut.what} the netlist is the float theory")


def in_front_of_cut(work: Work, instance: Instance, circuit: Circuit, cut: Cut) -> None:
    """Show that significands are multiplied, divided or rooted as integers are, row by row.

    Raises
    ------
    Refuted
        If they are not.
    """
    work.say(f"comparing the {cut.what} of the significands with the method of school")
    front = part(circuit, cut.wires)
    school = cut.school(instance.circuit.format, front.outputs)
    same(work, front, school, f"the {cut.what} of the significands is that of integers")


def same(work: Work, first: Circuit, second: Circuit, what: str) -> None:
    """Show that two circuits compute the same.

    Raises
    ------
    Refuted
        If they do not.
    """
    proof = prove_same(first, second, work.tick)
    if not proof.equal:
        raise Refuted(f"it is not so that {what}", proof.counterexample)
    work.proved(what, proof.method)


def _ask(
    work: Work,
    circuit: Circuit,
    reference: Callable[[Solver, dict[str, Term]], Term],
    what: str,
) -> None:
    work.say("asking the solver")
    solver = Solver(work.tick)
    words = {port.name: solver.word(port.width) for port in circuit.inputs}
    found = solver.outputs(circuit, words)["y"]
    solver.require(solver.not_(solver.same(found, reference(solver, words))))
    values = solver.find(words)
    if values is not None:
        operands = {name: value for name, value in values.items() if not name.endswith("_i")}
        raise Refuted(f"it is not so that {what}", operands)
    work.proved(what, "Bitwuzla")
