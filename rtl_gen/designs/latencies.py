# SPDX-License-Identifier: Apache-2.0
"""How long operations take in each style of hardware, and how soon the next can begin."""

from dataclasses import dataclass

from spikefloat.rtl_gen.designs.catalog import find_design
from spikefloat.rtl_gen.designs.hardware import make_hardware
from spikefloat.rtl_gen.designs.instance import Instance, make_instance
from spikefloat.rtl_gen.formats import find_format
from spikefloat.rtl_gen.rtl.temporal.engine import TEMPORAL, dot_product_clocks

__all__ = ["Latency", "latencies"]


@dataclass(frozen=True, kw_only=True)
class Latency:
    """Time of one operation in one style of hardware, in clocks."""

    operation: str  #: Name of the design; for a dot product with its length.
    format: str  #: Name of the format.
    style: str  #: ``temporal``, ``sequential``, ``spatial`` or ``spiking``.
    stages: int  #: Register cuts, in the spatial style.
    latency: int  #: Clocks from operands to result; 0 for a combinational circuit.
    interval: int  #: Clocks from one operation to the next; 0 for a combinational circuit.
    instance: Instance | None  #: What it is the time of; None for operations one after the other.


def latencies(
    format: str, *, stages: tuple[int, ...] = (1, 2, 3, 4), length: int = 16
) -> list[Latency]:
    """Return the time of multiplication, addition and a dot product in every style.

    The styles are temporal; sequential, which is the dot product on one temporal multiplier and one
    temporal adder, product by product; spatial, combinational and, but for the dot product, with
    each number of register cuts; spiking.

    Parameters
    ----------
    format : str
        Format of the operands.
    stages : tuple of int
        Numbers of register cuts.
    length : int
        Terms of the dot product.

    Raises
    ------
    ValueError
        If the temporal engine does not work for the format, or there are more cuts than a circuit
        can use.
    """
    rows = []
    fmt = find_format(format)
    clocks = dot_product_clocks(fmt, length)
    for name in (*TEMPORAL, "dot"):
        design = find_design(name)
        operation = f"{name} {length}" if design.is_vector else name
        if design.is_vector:
            rows.append(
                Latency(
                    operation=operation,
                    format=fmt.name,
                    style="sequential",
                    stages=0,
                    latency=clocks,
                    interval=clocks,
                    instance=None,
                )
            )
        styles = [("temporal", 0)] * (not design.is_vector)
        # Cuts through a dot product take minutes to place, and their number is the latency, too.
        cuts = () if design.is_vector else stages
        for style, count in (
            *styles,
            ("spatial", 0),
            *(("spatial", n) for n in cuts),
            ("spiking", 0),
        ):
            instance = make_instance(
                design,
                format=fmt.name,
                style=style,
                stages=count,
                length=length if design.is_vector else None,
            )
            hardware = make_hardware(instance)
            rows.append(
                Latency(
                    operation=operation,
                    format=fmt.name,
                    style=style,
                    stages=count,
                    latency=hardware.latency,
                    interval=hardware.initiation_interval,
                    instance=instance,
                )
            )
    return rows
