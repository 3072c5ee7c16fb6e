# SPDX-License-Identifier: Apache-2.0
"""An Amaranth design with two circuits of neurons: y = a * b + c, one in each clock.

``python examples/amaranth_mac.py`` simulates it, and writes it as Verilog into ``mac.v``.
"""

from pathlib import Path

from amaranth import Module, Signal
from amaranth.back import verilog
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out
from amaranth.sim import Simulator

from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.formats import find_format
from spikefloat.rtl_gen.rtl.components.circuits import PipelinedCircuit
from spikefloat.rtl_gen.rtl.components.float_shape import Float
from spikefloat.rtl_gen.rtl.timing.pipeline import cut

E4M3FN = Float(find_format("e4m3fn"))
PORTS = {"a": E4M3FN, "b": E4M3FN, "y": E4M3FN}


class MultiplyAdd(wiring.Component):
    """A multiplier and an adder of neurons, two clocks each."""

    a: In(E4M3FN)
    b: In(E4M3FN)
    c: In(E4M3FN)
    y: Out(E4M3FN)

    latency = 4

    def elaborate(self, platform):
        m = Module()
        product, total = (
            PipelinedCircuit(cut(make_instance(name, objective="luts").graph, 2), shapes=PORTS)
            for name in ("multiply", "add")
        )
        m.submodules.product, m.submodules.total = product, total
        m.d.comb += [product.a.eq(self.a), product.b.eq(self.b), total.a.eq(product.y)]
        addend = self.c
        for _ in range(2):  # waits until the product is there
            later = Signal(E4M3FN)
            m.d.sync += later.eq(addend)
            addend = later
        m.d.comb += [total.b.eq(addend), self.y.eq(total.y)]
        return m


def main():
    """Simulate one operation, and write the Verilog."""
    mac = MultiplyAdd()

    async def bench(ctx):
        for name, value in (("a", 1.5), ("b", -2), ("c", 4)):
            ctx.set(getattr(mac, name), value)
        await ctx.tick().repeat(mac.latency)
        print(f"1.5 * -2 + 4 = {ctx.get(mac.y)}")

    simulator = Simulator(mac)
    simulator.add_clock(1e-6)
    simulator.add_testbench(bench)
    simulator.run()
    Path("mac.v").write_text(verilog.convert(mac, name="mac"), encoding="utf-8")


if __name__ == "__main__":
    main()
