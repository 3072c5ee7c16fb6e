# SPDX-License-Identifier: Apache-2.0
"""Reciprocal roots digit by digit: the rows of the unrolled circuit, used in one clock after the other.

Two digits of the quotient are a pair of the radicand, and make one digit of its root. The first pair
is a zero and the first digit; so in each clock the root takes the last digit of the clock before and
the first one of this clock.
"""

from spikefloat.rtl_gen.circuits.parts.quotient import quotient_step, root_step
from spikefloat.rtl_gen.circuits.vector_operation import Words
from spikefloat.rtl_gen.circuits.vectors.scalars import (
    ROOT_DIGITS,
    RootForm,
    normalized_amount,
    root_code,
)
from spikefloat.rtl_gen.neurons.builder import ZERO, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary

__all__ = ["MOVED", "begin_root", "finish_root", "root_digit"]

#: Words of the work that a step reads.
MOVED = ("rest", "divisor", "digit", "root_rest", "root")


def begin_root(gates: GateLibrary, form: RootForm, amount: Word) -> dict[str, Word]:
    """Return the work before the first digit.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    form : RootForm
        What is known of the root.
    amount : Word
        What its square is the reciprocal of, times the count.
    """
    divisor, zeros, is_odd = normalized_amount(gates, form, amount)
    with gates.builder.scope("radicand", divisor=divisor, odd=(is_odd,)):
        dividend = form.dividend(gates, is_odd)
    return {
        "rest": (*dividend, ZERO),
        "divisor": divisor,
        "digit": (ZERO,),
        "root_rest": (ZERO,) * (ROOT_DIGITS + 1),
        "root": (ZERO,) * ROOT_DIGITS,
        "zeros": zeros,
        "odd": (is_odd,),
    }


def root_digit(gates: GateLibrary, work: Words) -> dict[str, Word]:
    """Return what changes of the work with one more digit of the root."""
    divisor = (*work["divisor"], ZERO)
    with gates.builder.scope("first_digit", rest=work["rest"], divisor=divisor):
        rest, first = quotient_step(gates, work["rest"], divisor)
    with gates.builder.scope("second_digit", rest=rest, divisor=divisor):
        rest, second = quotient_step(gates, rest, divisor)
    pair = (first, *work["digit"])
    # Before the last digit, there is room for one more in both.
    with gates.builder.scope("root", rest=work["root_rest"], root=work["root"], pair=pair):
        left, root = root_step(gates, work["root_rest"][:-1], work["root"][:-1], pair)
    return {"rest": rest, "digit": (second,), "root_rest": left, "root": root}


def finish_root(gates: GateLibrary, form: RootForm, work: Words) -> Word:
    """Return the code of the root, rounded once to nearest even."""
    left = (*work["rest"], *work["digit"], *work["root_rest"])
    inexact = gates.or_(*left, name="inexact")
    return root_code(gates, form, work["zeros"], work["odd"][0], work["root"], inexact)
