# SPDX-License-Identifier: Apache-2.0
"""Any operation of the catalogue beside its golden entry, in the exact simulator."""

import numpy as np

from spikefloat.rtl_gen.checks.verifying.steps import run_steps
from spikefloat.rtl_gen.designs.build import build_steps
from spikefloat.rtl_gen.designs.design import Design
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.formats import Format, find_format
from spikefloat.sim.golden.operations import expected, find_operation, wide_cases
from spikefloat.sim.graphs.network import Network
from tests.helpers.oracle import assert_same_codes

__all__ = ["check_examples", "check_operation"]

#: Most cases that are all tried.
_ALL = 1 << 16


def check_operation(design: Design, fmt: Format, random_cases: int = 1000) -> int:
    """Compare a design with its golden entry on every operand, or on directed and random ones.

    Return the number of cases.
    """
    instance = make_instance(design, format=fmt)
    options = instance.circuit
    widths = find_operation(design.name).widths(fmt)
    if 1 << sum(widths) <= _ALL:
        axes = np.meshgrid(*(np.arange(1 << width) for width in widths), indexing="ij")
        operands = tuple(axis.ravel() for axis in axes)
    else:
        # Done step by step it takes long, so some of them do.
        every = 1 if design.fits_graph(fmt) else 8
        operands = tuple(wide_cases(design.name, fmt, random_cases)[::every].T)
    # Codes of 64 bits are numbers in two's complement.
    inputs = dict(zip(design.operands, (c.astype(np.uint64) for c in operands), strict=True))
    actual = run(instance, inputs)[design.result].astype(np.int64)
    right = expected(design.name, fmt, operands, options.overflow, options.to)
    assert_same_codes(options.result_format, operands, actual, right, fmt)
    return actual.size


def run(instance, inputs):
    """Return what the neuron graph of an instance gives, or its graphs step by step."""
    if instance.has_graph:
        return Network(instance.graph).run(inputs)
    return run_steps(build_steps(instance.design, instance.circuit), inputs)


def check_examples(design: Design) -> None:
    """Compare a design with the examples of its golden entry, worked out by hand."""
    for example in find_operation(design.name).examples:
        instance = make_instance(
            design, format=find_format(example.format), to=example.to, overflow="nan"
        )
        inputs = dict(zip(design.operands, map(np.array, example.operands), strict=True))
        assert int(Network(instance.graph).run(inputs)[design.result]) == example.result, example
