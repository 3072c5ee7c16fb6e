# SPDX-License-Identifier: Apache-2.0
"""Softmax of a vector by the same neurons for one element after the other."""

from amaranth.hdl import Cat, Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from spikefloat.rtl_gen.circuits.vectors.softmax_steps import SoftmaxSteps
from spikefloat.rtl_gen.rtl.styles.instances import add_instance

__all__ = ["SoftmaxUnit", "softmax_latency"]


def softmax_latency(length: int) -> int:
    """Return the clocks from ``start`` to ``done``: two for each element, and four."""
    return 2 * length + 4


class SoftmaxUnit(wiring.Component):
    """Takes a vector, and gives another one some clocks later; not before may the next one come.

    Registers hold the operands of every circuit, which so are at rest while it is not used.

    Parameters
    ----------
    steps : SoftmaxSteps
        The circuits.
    length : int
        Number of elements.

    Members
    -------
    start : ``In(1)``
        Whether a vector is given.
    x : ``In(width * length)``
        Its codes, the first lowest.
    done : ``Out(1)``
        Asserted for a clock, :func:`softmax_latency` clocks after ``start``.
    y : ``Out(width * length)``
        The results, with ``done``.
    """

    def __init__(self, steps: SoftmaxSteps, length: int) -> None:
        self._steps = steps
        self._length = length
        super().__init__(
            {
                "start": In(1),
                "x": In(len(steps.maximum.input("x").nodes)),
                "done": Out(1),
                "y": Out(len(steps.share.output("y").nodes) * length),
            }
        )

    def elaborate(self, platform: object) -> Module:
        """Describe the unit."""
        m = Module()
        steps, length = self._steps, self._length
        width, term_width = (
            len(steps.power.input("code").nodes),
            len(steps.power.output("power").nodes),
        )
        result_width = len(steps.share.output("y").nodes)

        # A line of ones and zeros says which step is done in which clock.
        line = Signal(softmax_latency(length))
        m.d.sync += line.eq(Cat(self.start, line[:-1]))
        finds = line[0]
        raises = line[1 : 1 + length].any()
        adds = line[2 : 2 + length].any()
        divides = line[2 + length]
        shares = line[3 + length : 3 + 2 * length].any()
        m.d.comb += self.done.eq(line[-1])

        codes = Signal(width * length)
        largest = Signal(width)
        code = Signal(width)
        found = add_instance(m, "maximum", steps.maximum, {"x": codes})
        with m.If(self.start):
            m.d.sync += codes.eq(self.x)
        with m.If(finds):
            m.d.sync += largest.eq(found["largest"])
        m.d.comb += code.eq(codes[:width])
        with m.If(raises):
            m.d.sync += codes.eq(codes[width:])
        raised = add_instance(m, "exponential", steps.power, {"code": code, "largest": largest})

        # Powers go round in a ring: in as they are made, out as they are divided.
        powers = Signal(term_width * length)
        newest, oldest = powers[-term_width:], powers[:term_width]
        with m.If(raises):
            m.d.sync += powers.eq(Cat(powers[term_width:], raised["power"]))
        with m.Elif(shares):
            m.d.sync += powers.eq(powers[term_width:])
        total = Signal(len(steps.accumulate.input("total").nodes))
        added = add_instance(
            m,
            "accumulate",
            steps.accumulate,
            {"total": total, "power": newest, "first": line[2]},
        )
        with m.If(adds):
            m.d.sync += total.eq(added["total_next"])

        divisor = add_instance(m, "divisor", steps.divisor, {"total": total})
        held = {name: Signal(len(signal), name=name) for name, signal in divisor.items()}
        with m.If(divides):
            m.d.sync += [held[name].eq(signal) for name, signal in divisor.items()]
        result = add_instance(
            m, "share", steps.share, {"power": oldest, "largest": largest, **held}
        )
        with m.If(shares):
            m.d.sync += self.y.eq(Cat(self.y[result_width:], result["y"]))
        return m
