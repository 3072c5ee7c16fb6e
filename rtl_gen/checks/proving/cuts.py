# SPDX-License-Identifier: Apache-2.0
"""Where operations are cut to be proved: what is in front of the wires, and what is behind them."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from spikefloat.rtl_gen.checks.proving import schoolbook
from spikefloat.rtl_gen.checks.proving.behind import product_code, quotient_code, root_code
from spikefloat.rtl_gen.checks.proving.plan import Method
from spikefloat.rtl_gen.checks.proving.solver import Solver, Term
from spikefloat.rtl_gen.designs.options import CircuitOptions
from spikefloat.rtl_gen.formats import Format, Rounding
from spikefloat.rtl_gen.mapping.aig import Circuit, WordPort

__all__ = ["CUTS", "Cut"]


class Cut(NamedTuple):
    """Wires of an operation between arithmetic on integers and all the rest."""

    what: str  #: What the wires have.
    wires: tuple[str, ...]  #: Digits last; before them whether something is left over.
    #: Makes the circuit in front of them by the method of school, for a format.
    school: Callable[[Format, Sequence[WordPort]], Circuit]
    #: Makes the result behind them, whatever is on them.
    code: Callable[[Solver, Format, Rounding, tuple[Term, ...], tuple[Term | None, ...]], Term]

    def is_in(self, circuit: Circuit, options: CircuitOptions) -> bool:
        """Return whether a netlist has the wires, but for what its rounding does not read."""
        names = {port.name for port in circuit.outputs}
        cuts_off = options.rounding.mode in (Rounding.TOWARD_ZERO, Rounding.NEAREST_AWAY)
        return names.issuperset(self.wires[-1:] if cuts_off else self.wires)


CUTS = {
    Method.PRODUCT: Cut("product", ("product",), schoolbook.multiplier, product_code),
    Method.QUOTIENT: Cut(
        "quotient",
        ("significand_quotient_inexact", "significand_quotient_quotient"),
        schoolbook.divider,
        quotient_code,
    ),
    Method.ROOT: Cut("root", ("inexact", "root"), schoolbook.rooter, root_code),
}
