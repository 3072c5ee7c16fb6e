# SPDX-License-Identifier: Apache-2.0
"""The circuits of an engine that work in a pipeline, with the registers between them.

Slot number n goes with the operation that is in stage n: the addresses are given in stage 0, the
memories answer in stage 1, operands are in registers in stage 2, and results are written in stage 4.
"""

from collections.abc import Sequence

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import data

from spikefloat.rtl_gen.rtl.engine.units import Units
from spikefloat.rtl_gen.rtl.styles.instances import add_instance

__all__ = ["STAGES", "add_norm", "add_products"]

#: Clocks from the addresses of an operation to its result in the memory.
STAGES = 4


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
    a, b = Signal(lanes, name="left"), Signal(lanes, name="right")
    products = [slot.is_valid & slot.is_product for slot in slots]
    with m.If(products[1]):
        m.d.sync += [a.eq(left), b.eq(Mux(slots[1].is_weight, weight, right))]
    y = add_instance(m, "product", units.product, {"a": a, "b": b})["y"]
    total, first, second = (Signal(wide, name=name) for name in ("total", "addend_2", "addend_3"))
    m.d.sync += first.eq(addend)
    with m.If(products[2]):
        m.d.sync += [total.eq(y), second.eq(first)]

    result = Signal(wide)
    added = add_instance(m, "add", units.add, {"a": second, "b": total})["y"]
    m.d.comb += result.eq(Mux(slots[3].adds, added, total))
    code = add_instance(m, "narrow", units.narrow, {"a": result})["y"]
    widths = {
        "sum": wide,
        "stream": wide,
        "code": width,
        "gated": width,
    }
    element = {name: Signal(size, name=f"element_{name}") for name, size in widths.items()}
    # The gate of a value is the code of the operation before.
    gated = add_instance(m, "gate", units.gate, {"a": element["code"], "b": code})["y"]
    with m.If(products[3]):
        m.d.sync += [
            element["sum"].eq(total),
            element["stream"].eq(result),
            element["code"].eq(code),
            element["gated"].eq(gated),
        ]
    return element


def add_norm(
    m: Module, units: Units, slots: Sequence[data.View], left: Signal, weight: Signal
) -> Signal:
    """Add the normalisation, and return the register of a row in the last stage.

    Parameters are those of :func:`add_products`.
    """
    graph = units.norm
    size = len(graph.inputs[0].nodes)
    x, g = Signal(size, name="norm_x"), Signal(size, name="norm_g")
    norms = [slot.is_valid & slot.is_norm for slot in slots]
    with m.If(norms[1]):
        m.d.sync += [x.eq(left), g.eq(weight)]
    y = add_instance(m, "norm", graph, {"x": x, "g": g})["y"]
    first, row = Signal(len(y), name="norm_row_3"), Signal(len(y), name="norm_row")
    with m.If(norms[2]):
        m.d.sync += first.eq(y)
    with m.If(norms[3]):
        m.d.sync += row.eq(first)
    return row
