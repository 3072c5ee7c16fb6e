# SPDX-License-Identifier: Apache-2.0
"""Gated linear units: an activation of one vector times another, element by element.

The activation is a table of its own for each element, correctly rounded into bfloat16; what it is
multiplied by is rounded once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from spikefloat.rtl_gen.circuits.functions.computed import PRECISIONS
from spikefloat.rtl_gen.circuits.functions.operations import function_of_code, is_operand
from spikefloat.rtl_gen.circuits.functions.records import FUNCTIONS
from spikefloat.rtl_gen.circuits.operations.multiply import multiply
from spikefloat.rtl_gen.circuits.parts.rounding_modes import NEAREST_EVEN, RoundingControl
from spikefloat.rtl_gen.circuits.vector_operation import (
    Elementwise,
    PortRole,
    VectorOperation,
    can_give,
)
from spikefloat.rtl_gen.formats import FORMATS, Format, Overflow
from spikefloat.rtl_gen.neurons.builder import Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary

__all__ = ["ACTIVATION_FORMAT", "RECORDS", "GatedUnit"]

#: Format that activations are rounded into.
ACTIVATION_FORMAT = FORMATS["bfloat16"]


@dataclass(frozen=True)
class GatedUnit:
    """``y[i] = activation(a[i]) * b[i]``."""

    activation: str  #: Name of a function of one operand.

    def __call__(
        self,
        gates: GateLibrary,
        fmt: Format,
        to: Format,
        a: Sequence[Word],
        b: Sequence[Word],
        overflow: Overflow | None = None,
        *,
        control: RoundingControl = NEAREST_EVEN,
    ) -> list[Word]:
        """Return the codes of the products.

        Parameters
        ----------
        gates : GateLibrary
            Where the neurons are made, in either library.
        fmt : Format
            Format of the operands.
        to : Format
            Format of the results.
        a, b : sequence of Word
            Codes of the operands, as many of each.
        overflow : Overflow, optional
            What a product that is too large becomes; an activation never is.
        control : RoundingControl
            How to round the products.
        """
        function, inner = FUNCTIONS[self.activation], ACTIVATION_FORMAT
        products = []
        for number, (gate, value) in enumerate(zip(a, b, strict=True)):
            with gates.builder.scope(f"element_{number}", a=gate, b=value):
                with gates.builder.scope("activation", a=gate):
                    active = function_of_code(function, gates, fmt, inner, gate, Overflow.NAN)
                with gates.builder.scope("product", a=active, b=value):
                    how: dict[str, Any] = {"control": control, "to": to, "other": fmt}
                    products.append(multiply(gates, inner, active, value, overflow, **how))
        return products

    def works_for(self, fmt: Format) -> bool:
        """Tell whether there is a circuit of the activation, from a format to bfloat16."""
        is_computed = ACTIVATION_FORMAT.name in PRECISIONS.get(self.activation, ())
        return is_operand(fmt) or (is_computed and fmt == ACTIVATION_FORMAT)


RECORDS = tuple(
    VectorOperation(
        name=name,
        summary=f"y[i] = {activation}(a[i]) * b[i], the activation and the product rounded",
        operands={"a": PortRole.FLOATS, "b": PortRole.FLOATS},
        result=PortRole.FLOATS,
        circuit=unit,
        rounds=True,
        takes_rounding=True,
        notes=(
            f"rounding 1: {activation}(a[i]) to bfloat16, to nearest even (correctly rounded)",
            "rounding 2: its exact product with b[i] to {to}, {rounding}",
        ),
        formats=unit.works_for,
        targets=can_give,
        running=Elementwise(),
        order=order,
    )
    for order, (name, activation) in enumerate(
        (("glu", "sigmoid"), ("swiglu", "silu"), ("geglu", "gelu")), 5
    )
    for unit in (GatedUnit(activation),)
)
