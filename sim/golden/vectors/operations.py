# SPDX-License-Identifier: Apache-2.0
"""What each operation on vectors must give: the golden model, by the names that designs use."""

from spikefloat.sim.golden.vectors import elementwise, norms, reductions, softmax
from spikefloat.sim.golden.vectors.operation import VectorOperation

__all__ = ["VECTORS"]

#: Every operation on vectors, by name.
VECTORS: dict[str, VectorOperation] = {
    **reductions.ENTRIES,
    **elementwise.ENTRIES,
    **softmax.ENTRIES,
    **norms.ENTRIES,
}
