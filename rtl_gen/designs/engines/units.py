# SPDX-License-Identifier: Apache-2.0
"""The circuits that a network is computed with: one of each kind, for all of its steps."""

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from spikefloat.rtl_gen.circuits.vectors.softmax_steps import softmax_steps
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import Overflow
from spikefloat.rtl_gen.networks.description import Network, Norm, Softmax
from spikefloat.rtl_gen.rtl.engine.units import Units

__all__ = ["make_units"]


def make_units(network: Network) -> Units:
    """Return the circuits that all steps of a network can be done with.

    Raises
    ------
    InputError
        If normalisations are of several lengths or have several epsilons, or softmaxes of several
        lengths, or a format is not supported.
    """
    fmt, wide = network.code_format, network.stream_format
    norms = [step for step in network.steps if isinstance(step, Norm)]
    softmaxes = [step for step in network.steps if isinstance(step, Softmax)]
    epsilon: Fraction = _only("Epsilons of the normalisations", (n.epsilon for n in norms))
    norm_length = _only("Lengths of the normalisations", (network.shape(n.x)[1] for n in norms))
    length = _only("Lengths of the softmaxes", (network.shape(s.x)[1] for s in softmaxes))
    results = network.shape_of_stream(network.output)[1]
    saturate = Overflow.SATURATE
    return Units(
        product=make_instance("dot", format=fmt, to=wide, length=network.lanes).graph,
        add=make_instance("add", format=wide).graph,
        narrow=make_instance("convert", format=wide, to=fmt, overflow=saturate).graph,
        gate=make_instance("swiglu", format=fmt, overflow=saturate, length=1).graph,
        norm=make_instance(
            "rms_norm", format=fmt, overflow=saturate, length=norm_length, epsilon=epsilon
        ).graph,
        softmax=softmax_steps(fmt, fmt, length, f"softmax{length}_{fmt.name}"),
        argmax=make_instance("vector_argmax", format=wide, length=results).graph,
    )


def _only(noun: str, values: Iterable[Any]) -> Any:
    """Return the one value that there is."""
    distinct = sorted(set(values))
    if len(distinct) != 1:
        raise InputError(f"{noun} must be one and the same, not {distinct}")
    return distinct[0]
