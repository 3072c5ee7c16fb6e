# SPDX-License-Identifier: Apache-2.0
"""The circuits of products, which work in a pipeline, with the registers between them.

Slot number n goes with the operation that is in stage n: the addresses are given in stage 0, the
memories answer in stage 1, operands are in registers in stage 2, the sum of products in stage 3, that
with what is added to it in stage 4, its code in stage 5, and results are written in stage 6.
"""

from collections.abc import Sequence

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import data

from spikefloat.rtl_gen.rtl.engine.units import Units
from spikefloat.rtl_gen.rtl.styles.instances import add_instance

__all__ = ["STAGES", "add_products"]

#: Clocks from the addresses of an operation to its result in the memory.
STAGES = 6


def add_products(
    m: Module,
    units: Units,
    slots: Sequence[data.View],
    left: Signal,
    right: Signal,
    weight: Signal,
    addend: Signal,
) -> dict[str, Signal]:
    """Add dot products and what follows.

    Parameters
    ----------
    m : Module
        Where they are added.
    units : Units
        The circuits.
    slots : sequence of View
        What goes with the operation of each stage.
    left, right, weight, addend : Signal
        What the memories answer.

    Returns
    -------
    dict of str to Signal
        Registers of an element in the last stage: ``sum``, ``stream``, ``code`` and ``gated``.
    """
    lanes = len(units.product.inputs[0].nodes)
    wide, width = len(addend), len(units.narrow.outputs[0].nodes)
    products = [slot.is_valid & slot.is_product for slot in slots]

    def held(name: str, stage: int, value: Signal) -> Signal:
        """Return a register that the operation of a stage loads, for the next one."""
        register = Signal(len(value), name=f"{name}_{stage + 1}")
        with m.If(products[stage]):
            m.d.sync += register.eq(value)
        return register

    chosen = Signal(lanes, name="chosen")
    m.d.comb += chosen.eq(Mux(slots[1].is_weight, weight, right))
    a, b, addend = held("left", 1, left), held("right", 1, chosen), held("addend", 1, addend)

    total = held("sum", 2, add_instance(m, "product", units.product, {"a": a, "b": b})["y"])
    addend = held("addend", 2, addend)

    added, result = add_instance(m, "add", units.add, {"a": addend, "b": total})["y"], Signal(wide)
    m.d.comb += result.eq(Mux(slots[3].adds, added, total))
    total, result = held("sum", 3, total), held("stream", 3, result)

    code = held("code", 4, add_instance(m, "narrow", units.narrow, {"a": result})["y"])
    total, result = held("sum", 4, total), held("stream", 4, result)

    # The gate of a value is the code of the operation before.
    before = Signal(width, name="element_code")
    gated = Signal(width)
    if units.gate is not None:
        gated = add_instance(m, "gate", units.gate, {"a": before, "b": code})["y"]
    element = {
        "sum": held("sum", 5, total),
        "stream": held("stream", 5, result),
        "code": before,
        "gated": held("gated", 5, gated),
    }
    with m.If(products[5]):
        m.d.sync += before.eq(code)
    return element
