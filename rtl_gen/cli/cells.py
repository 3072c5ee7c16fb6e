# SPDX-License-Identifier: Apache-2.0
"""From the options to the clocked cells that they select."""

import argparse
from collections.abc import Iterator

from spikefloat.rtl_gen.cli.options.readers import integer, several
from spikefloat.rtl_gen.designs.catalog import entries
from spikefloat.rtl_gen.designs.cells import CellInstance
from spikefloat.rtl_gen.designs.design import Cell
from spikefloat.rtl_gen.errors import unknown_name
from spikefloat.rtl_gen.formats import find_format, overflow_policies, resolve_overflow
from spikefloat.rtl_gen.rtl.cells.cell_parameters import CellParameters
from spikefloat.rtl_gen.rtl.cells.codec_parameters import CodecParameters

__all__ = ["cell_instances", "uses_of_cell"]

_WEIGHTS = several(integer(-(1 << 30), 1 << 30))

#: Bits of a number below the point, for what translates codes.
_FRACTION_BITS = 10


def uses_of_cell(name: str) -> str:
    """Return the names of the options that a cell has, with spaces between."""
    own = {"encoder": "format overflow ", "decoder": "format "}.get(name, "")
    return own + " ".join(entries(Cell)[name].options).replace("_", "-")


def cell_instances(name: str, args: argparse.Namespace) -> Iterator[CellInstance]:
    """Yield the instances of a cell that the options select.

    Raises
    ------
    InputError
        If an option cannot be read or is out of range.
    """
    if name == "neuron":
        weights = "1,1" if args.weights is None else args.weights
        for leak in args.leak or [1]:
            parameters = CellParameters(
                weights=tuple(_WEIGHTS("Weights", weights)),
                threshold=args.threshold,
                leak=leak,
                reset=args.reset,
                bias=args.bias,
                fraction_bits=args.fraction_bits,
                membrane_width=args.membrane_width,
            )
            yield CellInstance(design=name, parameters=parameters)
        return
    known = entries(Cell)[name].formats
    for text in known if "all" in args.format else args.format:
        fmt = find_format(text)
        if fmt.name not in known:
            if "all" in args.design:
                continue
            raise unknown_name(f"Format for {name}", text, known)
        policies: list[str | None] = [None]
        if args.overflow is not None and name == "encoder":
            policies = list(args.overflow)
            if "all" in args.overflow:
                policies = [policy.value for policy in overflow_policies(fmt)]
        for policy in policies:
            yield CellInstance(
                design=name,
                parameters=CodecParameters(
                    fmt=fmt,
                    overflow=resolve_overflow(fmt, policy),
                    integer_bits=args.integer_bits,
                    fraction_bits=_FRACTION_BITS
                    if args.fraction_bits is None
                    else args.fraction_bits,
                ),
            )
