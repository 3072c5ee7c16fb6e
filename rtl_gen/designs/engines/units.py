# SPDX-License-Identifier: Apache-2.0
"""The circuits that a network is computed with: one of each kind, for all of its steps."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from spikefloat.rtl_gen.designs.build import build_sequential
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import Overflow
from spikefloat.rtl_gen.networks.description import Network, Norm, Product, Softmax
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.rtl.engine.units import Units
from spikefloat.rtl_gen.rtl.styles.passes import PassSteps
from spikefloat.rtl_gen.rtl.text.names import check_identifier

__all__ = ["CUTS", "activations", "make_units", "norm_passes", "softmax_passes"]

#: Cuts through circuits that go over a vector, by their names, so that they are not
#: much deeper than the other circuits of an engine, of which there is none for a clock.
CUTS = {
    "norm": {"step": 1},
    "softmax": {"scan": 2, "settle": 3, "give": 4},
}


def make_units(network: Network, module: str) -> Units:
    """Return the circuits that all steps of a network can be done with.

    Parameters
    ----------
    network : Network
        The description.
    module : str
        Name of the engine's module.

    Raises
    ------
    InputError
        If the name is none in Verilog, normalisations are of several lengths or have several epsilons,
        softmaxes are of several lengths, or a format is not supported.
    """
    check_identifier(module, "Module name")
    fmt, wide = network.code_format, network.stream_format
    softmaxes = [step for step in network.steps if isinstance(step, Softmax)]
    length = _only("Lengths of the softmaxes", (network.shape(s.x)[1] for s in softmaxes))
    results = network.shape_of_stream(network.output)[1]
    codes: dict[str, Any] = {"format": fmt, "overflow": Overflow.SATURATE}

    def make(unit: str, design: str, **options: Any) -> NeuronGraph:
        return replace(make_instance(design, **options).graph, name=f"{module}_{unit}")

    return Units(
        module=module,
        product=make("product", "dot", format=fmt, to=wide, length=network.lanes),
        add=make("add", "add", format=wide),
        narrow=make("narrow", "convert", **codes | {"format": wide, "to": fmt}),
        **activations(network, lambda unit, design, **own: make(unit, design, **codes | own)),
        norm=replace(norm_passes(network), cuts=CUTS["norm"]),
        softmax=replace(softmax_passes(network, length), cuts=CUTS["softmax"]),
        argmax=make("argmax", "vector_argmax", format=wide, length=results),
    )


def activations(network: Network, make: Callable[..., NeuronGraph]) -> dict[str, Any]:
    """Return the circuits that codes of products go through, as fields of the units.

    Parameters
    ----------
    network : Network
        The description.
    make : callable
        Returns the circuit of a unit, of a design, and of more options.
    """
    products = [step for step in network.steps if isinstance(step, Product)]
    names = sorted({step.function for step in products if step.function is not None})
    return {
        "gate": make("gate", "swiglu", length=1) if any(p.is_gated for p in products) else None,
        "functions": {name: make(name, name) for name in names},
    }


def norm_passes(network: Network) -> PassSteps:
    """Return the circuits of the normalisations of a network.

    Parameters
    ----------
    network : Network
        The description.

    Raises
    ------
    InputError
        If these are of several kinds or lengths, or have several epsilons.
    """
    norms = [step for step in network.steps if isinstance(step, Norm)]
    kinds = ("rms_norm" if step.offset is None else "layer_norm" for step in norms)
    return _passes(
        _only("Kinds of the normalisations", kinds),
        format=network.code_format,
        overflow=Overflow.SATURATE,
        epsilon=_only("Epsilons of the normalisations", (n.epsilon for n in norms)),
        length=_only("Lengths of the normalisations", (network.shape(n.x)[1] for n in norms)),
    )


def softmax_passes(network: Network, length: int) -> PassSteps:
    """Return the circuits of softmaxes of a network, of vectors of a length."""
    return _passes("softmax", format=network.code_format, length=length)


def _passes(design: str, **options: Any) -> PassSteps:
    """Return the circuits of an operation that goes over a vector more than once."""
    instance = make_instance(design, style="sequential", **options)
    steps = build_sequential(instance.design, instance.circuit, instance.shape)
    assert isinstance(steps, PassSteps)
    return steps


def _only(noun: str, values: Iterable[Any]) -> Any:
    """Return the one value that there is."""
    distinct = sorted(set(values))
    if len(distinct) != 1:
        raise InputError(f"{noun} must be one and the same, not {distinct}")
    return distinct[0]
