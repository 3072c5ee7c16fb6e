# SPDX-License-Identifier: Apache-2.0
"""AXI4-Stream as the interface of a component."""

import re

from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

__all__ = ["AxiStream", "axi_names"]


class AxiStream(wiring.Signature):
    """Signals of an AXI4-Stream, as its source sees them.

    Parameters
    ----------
    width : int
        Bits of the data.
    has_keep : bool
        Whether there is ``tkeep``, with a bit for each byte.

    Members
    -------
    tdata : ``Out(width)``
        Data; kept, like ``tlast`` and ``tkeep``, from ``tvalid`` until ``tready``.
    tvalid : ``Out(1)``
        Whether there is something to transfer.
    tready : ``In(1)``
        Whether it is taken in this clock.
    tlast : ``Out(1)``
        Whether this is the last transfer of a vector.
    tkeep : ``Out(width // 8)``
        Which bytes count; only with ``has_keep``.
    """

    def __init__(self, width: int, *, has_keep: bool = False) -> None:
        super().__init__(
            {
                "tdata": Out(width),
                "tvalid": Out(1),
                "tready": In(1),
                "tlast": Out(1),
                **({"tkeep": Out(width // 8)} if has_keep else {}),
            }
        )


def axi_names(verilog: str) -> str:
    """Return Verilog with the ports of streams called as usual: ``s_axis_x_tdata``."""
    return re.sub(r"\b([ms]_axis(?:_\w+?)?)__(t\w+)\b", r"\1_\2", verilog)
