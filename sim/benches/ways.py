# SPDX-License-Identifier: Apache-2.0
"""How a design rounds, and whether it raises flags: the ports for that, and results so rounded."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.formats import PORT_CODES, PORT_WIDTH, Rounding
from spikefloat.sim.benches.dut import Port
from spikefloat.sim.golden.rounding import Rounded, Rounder

__all__ = ["Ways"]

Codes = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Ways:
    """How a design rounds, and whether it raises flags."""

    mode: Rounding | None = Rounding.NEAREST_EVEN  #: None if the input ``rounding`` chooses.
    random_bits: int = 0  #: Width of the input ``random``, of a stochastic mode.
    has_flags: bool = False  #: Whether it has the output ``flags``.
    is_tiny_before: bool = False  #: For the flags: whether a result is tiny before it is rounded.

    @property
    def is_usual(self) -> bool:
        """Whether it is to nearest even, without flags."""
        return self == Ways()

    @property
    def widths(self) -> dict[str, int]:
        """Width of each input that only rounding takes, by name."""
        port = {"rounding": PORT_WIDTH} if self.mode is None else {}
        return port | ({"random": self.random_bits} if self.random_bits else {})

    @property
    def outputs(self) -> tuple[Port, ...]:
        """Outputs beside the result."""
        return (Port("flags", 5),) if self.has_flags else ()

    def results(
        self,
        extras: Mapping[str, Codes],
        operands: Sequence[Codes],
        golden: Callable[[Sequence[Codes], Rounder], Rounded],
    ) -> dict[str, Codes]:
        """Return the results, by the names of the outputs.

        Parameters
        ----------
        extras : mapping of str to array of int
            Values of the inputs of :attr:`widths`, among others.
        operands : sequence of array of int
            Those of the golden model.
        golden : callable
            Called with the operands of some cases, and how these round.
        """
        count = len(operands[0])
        results: list[Codes] = []
        selected = extras.get("rounding", np.zeros(count, np.int64))
        for code in np.unique(selected).tolist():
            here = selected == code
            mode = self.mode or (PORT_CODES + PORT_CODES[:1] * 3)[code]
            random = extras["random"][here] if self.random_bits else 0
            rounder = Rounder(mode, random, self.random_bits, self.is_tiny_before)
            some = golden([array[here] for array in operands], rounder)
            # A result may be a vector; flags are one number for each case.
            results = results or [np.empty((count, *own.shape[1:]), np.int64) for own in some]
            for every, own in zip(results, some, strict=True):
                every[here] = own
        return {"y": results[0]} | ({"flags": results[1]} if self.has_flags else {})
