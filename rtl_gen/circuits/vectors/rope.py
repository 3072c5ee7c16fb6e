# SPDX-License-Identifier: Apache-2.0
"""Rotary position embedding: pairs of neighbours, each turned by an angle of its own.

The cosine and the sine of every angle are operands, so one circuit serves every position. Each result
is an exact sum of two products, rounded once.
"""

from collections.abc import Sequence

from spikefloat.rtl_gen.circuits.operations.sign import negate
from spikefloat.rtl_gen.circuits.parts.rounding_modes import NEAREST_EVEN, RoundingControl
from spikefloat.rtl_gen.circuits.parts.unpack import raise_signalling
from spikefloat.rtl_gen.circuits.sums.exact import exact_sum
from spikefloat.rtl_gen.circuits.vector_operation import (
    Paired,
    PortRole,
    VectorOperation,
    VectorOptions,
    Words,
    can_give,
)
from spikefloat.rtl_gen.formats import Format, Overflow
from spikefloat.rtl_gen.neurons.builder import Bit, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.words import mux_word

__all__ = ["RECORDS", "rope"]


def rope(
    gates: GateLibrary,
    fmt: Format,
    to: Format,
    a: Sequence[Word],
    cos: Sequence[Word],
    sin: Sequence[Word],
    overflow: Overflow | None = None,
    *,
    control: RoundingControl = NEAREST_EVEN,
) -> list[Word]:
    """Return the codes of pairs that are turned (Su et al., RoFormer, 2021, equation 34).

    ``y[2i] = a[2i] * cos[i] - a[2i+1] * sin[i]`` and ``y[2i+1] = a[2i] * sin[i] + a[2i+1] * cos[i]``.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    fmt : Format
        Format of all operands.
    to : Format
        Format of the results.
    a : sequence of Word
        Codes of the elements, an even number of them.
    cos, sin : sequence of Word
        Codes of the cosine and the sine of the angle of each pair.
    overflow : Overflow, optional
        What a result that is too large becomes.
    control : RoundingControl
        How to round each result; a flag is raised if one of them raises it.
    """
    results, controls = [], []
    pairs = zip(a[::2], a[1::2], cos, sin, strict=True)
    for number, (even, odd, cosine, sine) in enumerate(pairs):
        ports = {"even": even, "odd": odd, "cos": cosine, "sin": sine}
        with gates.builder.scope(f"pair_{number}", **ports):
            for name, factors in (
                ("first", (cosine, negate(gates, fmt, sine))),
                ("second", (sine, cosine)),
            ):
                with gates.builder.scope(name, **ports):
                    own, terms = control.for_one(), (even, odd)
                    results.append(exact_sum(gates, fmt, terms, factors, to, overflow, control=own))
                    raise_signalling(gates, own.flags, (fmt,) * 4, (*terms, cosine, sine))
                    controls.append(own)
    control.unite(gates, controls)
    return results


def _result(
    gates: GateLibrary,
    options: VectorOptions,
    pair: tuple[Word, Word],
    second: Bit,
    angle: Words,
) -> Word:
    """Return one of the two results of a pair."""
    fmt, cosine, sine = options.format, angle["cos"], angle["sin"]
    # The first is of cos and -sin, the second of sin and cos.
    factors = (
        mux_word(gates, second, sine, cosine, "of_even"),
        mux_word(gates, second, cosine, negate(gates, fmt, sine), "of_odd"),
    )
    return exact_sum(gates, fmt, pair, factors, options.to, options.overflow)


RECORDS = (
    VectorOperation(
        name="rope",
        summary="y = pairs of a turned by angles: (a[2i] cos[i] - a[2i+1] sin[i], "
        "a[2i] sin[i] + a[2i+1] cos[i])",
        operands={"a": PortRole.FLOATS, "cos": PortRole.PAIRS, "sin": PortRole.PAIRS},
        result=PortRole.FLOATS,
        circuit=rope,
        rounds=True,
        notes=(
            "rounding: each y[i], once, from the exact sum of two products into {to}, {rounding}",
        ),
        takes_rounding=True,
        takes_flags=True,
        targets=can_give,
        running=Paired(result=_result),
        multiple=2,
        order=8,
    ),
)
