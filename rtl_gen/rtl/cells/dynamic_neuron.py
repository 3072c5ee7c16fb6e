# SPDX-License-Identifier: Apache-2.0
"""The neuron with a dynamic threshold: successive approximation with soft reset."""

from amaranth.hdl import Const, Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

__all__ = ["DynamicNeuron"]


class DynamicNeuron(wiring.Component):
    """Ideal integrate-and-fire neuron whose threshold is set anew in each step.

    In each clock the neuron adds ``current`` to the membrane potential. If the sum reaches
    ``threshold``, it fires: ``spike`` is asserted in the same clock, and the threshold is taken
    from the potential. The rest, the residue, stays.

    If a value is injected once, at rest, and the threshold then halves from one step to the next,
    the spikes are the binary digits of the value, most significant first, and the neuron is at
    rest again after the last of them.

    Parameters
    ----------
    width : :class:`int`
        Bits of the membrane potential. It must never grow beyond them: inject at rest only.

    Members
    -------
    current : ``In(width)``
        What to add to the potential.
    threshold : ``In(width + 1)``
        Potential at which to fire in this step; ``2 ** width`` is out of reach.
    spike : ``Out(1)``
        Combinational. Asserted while the neuron fires.
    """

    def __init__(self, width: int) -> None:
        self._width = width
        super().__init__(
            {
                "current": In(width),
                "threshold": In(width + 1),
                "spike": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        """Describe the neuron."""
        m = Module()
        membrane = Signal(self._width)
        total = Signal(self._width)
        relief = Signal(self._width)
        m.d.comb += [
            total.eq((membrane + self.current)[: self._width]),
            self.spike.eq(total >= self.threshold),
            relief.eq(Mux(self.spike, self.threshold[: self._width], Const(0, self._width))),
        ]
        m.d.sync += membrane.eq(total - relief)
        return m
