# SPDX-License-Identifier: Apache-2.0
"""The lemmas of proofs: every pattern, the float theory, products by rows, and pipelines."""

from collections.abc import Callable

import numpy as np

from spikefloat.rtl_gen.checks.proving.netlists import multiplier, part, results
from spikefloat.rtl_gen.checks.proving.references import expected, product_code
from spikefloat.rtl_gen.checks.proving.solver import Solver, Term
from spikefloat.rtl_gen.checks.proving.work import Refuted, Work
from spikefloat.rtl_gen.checks.verifying.designs import scalar_design
from spikefloat.rtl_gen.designs.instance import Instance
from spikefloat.rtl_gen.mapping.aig import Circuit
from spikefloat.rtl_gen.mapping.equivalence import prove_same
from spikefloat.rtl_gen.mapping.patterns import every_pattern

__all__ = ["CUT", "behind_product", "by_theory", "every_operand", "product_by_rows", "same"]

#: Wire of a multiplier that is cut: the product of the significands.
CUT = "product"
_CUT_INPUT = f"{CUT}_i"
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


def behind_product(work: Work, instance: Instance, cut: Circuit) -> None:
    """The same for a multiplier whose product of significands can be anything.

    Raises
    ------
    Refuted
        If there are operands and a product for which they differ.
    """

    def reference(solver: Solver, words: dict[str, Term]) -> Term:
        options = instance.circuit
        assert options.rounding.mode is not None
        codes = words["a"], words["b"]
        return product_code(solver, options.format, options.rounding.mode, codes, words[_CUT_INPUT])

    _ask(work, cut, reference, "behind any product the netlist is the float theory")


def product_by_rows(work: Work, instance: Instance, cut: Circuit) -> None:
    """Show that the significands are multiplied as integers, row by row.

    Raises
    ------
    Refuted
        If they are not.
    """
    work.say("comparing the product of the significands with sums of rows")
    fmt = instance.circuit.format
    product = part(cut, [CUT])
    rows = multiplier(fmt.exponent_bits, fmt.mantissa_bits, ("a", "b", CUT))
    same(work, product, rows, "the product of the significands is that of integers")


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
        values.pop(_CUT_INPUT, None)
        raise Refuted(f"it is not so that {what}", values)
    work.proved(what, "Bitwuzla")
