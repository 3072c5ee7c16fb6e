# SPDX-License-Identifier: Apache-2.0
"""Adding two numbers bit after bit with three neurons, of which one remembers the carry."""

from amaranth.hdl import Cat, Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

__all__ = ["ADDER_NEURONS", "SerialAdder"]

#: How many neurons a serial adder has.
ADDER_NEURONS = 3


class SerialAdder(wiring.Component):
    """Adds two numbers, least significant digit first, one digit per clock.

    Two resting neurons decide: ``carry`` has weights 1, 1, 1 and threshold 2; ``sum`` has weights
    1, 1, 1, and -2 for the spike of ``carry``, and threshold 1.

    The third neuron, ``memory``, has a membrane. It receives the spikes of both digits, and of the
    carry into the first place, and each sum spike takes one away. What is left is 0, or 2 if there
    is a carry; then it fires, and the soft reset takes the threshold, 1. So the residue is the
    carry into the next place, which is worth twice as much: exactly 1 or 0. The spike tells the
    two resting neurons of it, one clock later.

    The residue stays between numbers, too, where it does not belong: the carry out of the last
    place. So ``first`` discharges the membrane.

    Members
    -------
    enable : ``In(1)``
        Asserted to take a step.
    first : ``In(1)``
        Asserted with the least significant digits.
    carry_in : ``In(1)``
        Carry into the first place. Must be deasserted at all others.
    a, b : ``In(1)``
        The digits.
    total : ``Out(1)``
        Combinational. The digit of the sum.
    carry : ``Out(1)``
        Combinational. The carry into the next place.
    """

    def __init__(self) -> None:
        super().__init__(
            {
                "enable": In(1),
                "first": In(1),
                "carry_in": In(1),
                "a": In(1),
                "b": In(1),
                "total": Out(1),
                "carry": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        """Describe the adder."""
        m = Module()
        carried = Signal()
        excitation = Signal(range(4))
        membrane = Signal(range(3))
        spike = Signal()
        m.d.comb += [
            carried.eq(Mux(self.first, self.carry_in, spike)),
            excitation.eq(self.a + self.b + carried),
            self.carry.eq(excitation >= 2),
            self.total.eq(excitation > Cat(0, self.carry)),  # less two if there is a carry
        ]

        held = Signal(range(3))
        potential = Signal(range(4))
        fires = Signal()
        m.d.comb += [
            held.eq(Mux(self.first, 0, membrane)),
            potential.eq(held + self.a + self.b + self.carry_in - self.total),
            fires.eq(potential >= 1),
        ]
        with m.If(self.enable):
            m.d.sync += [membrane.eq(potential - fires), spike.eq(fires)]
        return m
