# SPDX-License-Identifier: Apache-2.0
"""Quotients, roots and remainders one digit at a time: the same neurons in every clock.

There are registers around them, and three circuits: one takes the operands apart, one makes a digit of
what is left, and one rounds what has come together. They are made of the functions of the spatial circuits.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from spikefloat.rtl_gen.circuits.operations import divide, remainder, square_root
from spikefloat.rtl_gen.circuits.parts.quotient import normalize_operand, quotient_step, root_step
from spikefloat.rtl_gen.circuits.parts.rounding_modes import RoundingControl
from spikefloat.rtl_gen.circuits.parts.unpack import unpack
from spikefloat.rtl_gen.formats import Format
from spikefloat.rtl_gen.neurons.builder import ZERO, Bit, Word, constant
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.words import mux_word, subtract

__all__ = ["SKIPPED", "STEPPED", "State", "Stepped"]

#: Name of the word that :attr:`Stepped.prepare` adds to the state of an operation of which the
#: operands say how many digits there are: the number of digits that they do without.
SKIPPED = "skipped"

#: Words that registers keep, by their names.
State = Mapping[str, Word]


@dataclass(frozen=True, kw_only=True)
class Stepped:
    """An operation that is done digit by digit."""

    #: How many digits a format needs at most, which is how many steps there are.
    digits: Callable[[Format, RoundingControl], int]
    #: Width of each word of the state, for a format and a number of digits.
    state: Callable[[Format, int], dict[str, int]]
    #: Called with a gate library, the format and the operands; returns what of the state is not
    #: zero at first, and :data:`SKIPPED` if that is not always 0.
    prepare: Callable[..., State]
    #: Returns what of the state changes.
    step: Callable[[GateLibrary, State], State]
    #: Returns the digits, and whether anything is left, from the state after the last step.
    result: Callable[[GateLibrary, State], tuple[Word, Bit]]
    #: The spatial circuit; called with a gate library, the format, the operands, ``control``,
    #: ``overflow`` if it is rounded, and that result as ``digits``.
    finish: Callable[..., Word]


def _prepare_divide(gates: GateLibrary, fmt: Format, a: Word, b: Word) -> State:
    dividend, divisor = unpack(gates, fmt, a, "unpack_a"), unpack(gates, fmt, b, "unpack_b")
    return {
        "rest": normalize_operand(gates, dividend, "normalize_a")[0],
        "divisor": normalize_operand(gates, divisor, "normalize_b")[0],
    }


def _step_divide(gates: GateLibrary, state: State) -> State:
    rest, digit = quotient_step(gates, state["rest"], (*state["divisor"], ZERO))
    return {"rest": rest, "quotient": (digit, *state["quotient"][:-1])}


def _result_divide(gates: GateLibrary, state: State) -> tuple[Word, Bit]:
    return state["quotient"], gates.or_(*state["rest"], name="inexact")


def _prepare_root(gates: GateLibrary, fmt: Format, a: Word) -> State:
    return {"radicand": square_root.radicand_of(gates, fmt, unpack(gates, fmt, a))[0]}


def _step_root(gates: GateLibrary, state: State) -> State:
    radicand, rest, root = (state[name] for name in ("radicand", "rest", "root"))
    left, longer = root_step(gates, rest, root, radicand[-2:])
    return {
        "radicand": (ZERO, ZERO, *radicand[:-2]),
        "rest": left[: len(rest)],
        "root": longer[: len(root)],
    }


def _result_root(gates: GateLibrary, state: State) -> tuple[Word, Bit]:
    return state["root"], gates.or_(*state["rest"], *state["radicand"], name="inexact")


def _prepare_remainder(gates: GateLibrary, fmt: Format, a: Word, b: Word) -> State:
    """Begin with the last bit of a significand, or with its first if the divisor is subnormal.

    A normal divisor is not in what comes before the last bit.
    """
    dividend, divisor = unpack(gates, fmt, a, "unpack_a"), unpack(gates, fmt, b, "unpack_b")
    *_, is_normal = divisor.significand
    distance, is_below = remainder.exponent_distance(gates, fmt, dividend, divisor)
    with gates.builder.scope("begin", significand=dividend.significand):
        last, *before = dividend.significand
        rest = tuple(gates.and_(bit, is_normal) for bit in before)
        zeros = (ZERO,) * len(before)
        first = mux_word(gates, is_normal, (*zeros, last), dividend.significand)
    with gates.builder.scope("count", distance=distance):
        digits = remainder.digit_count(fmt)
        bits = digits.bit_length()
        most = mux_word(
            gates,
            is_normal,
            constant(digits - 1, bits),
            constant(digits - fmt.precision, bits),
        )
        fewer, _ = subtract(gates, most, distance + (ZERO,) * (bits - len(distance)))
        # These do not depend on the quotient.
        no_digits = gates.or_(
            is_below, dividend.is_nan, dividend.is_infinite, divisor.is_zero, name="no_digits"
        )
        skipped = mux_word(gates, no_digits, constant(digits, bits), fewer)
    return {
        "dividend": first,
        "rest": rest,
        "divisor": divisor.significand,
        SKIPPED: skipped,
    }


def _step_remainder(gates: GateLibrary, state: State) -> State:
    *left, bit = state["dividend"]
    rest, digit = remainder.remainder_step(gates, (bit, *state["rest"]), state["divisor"])
    return {"dividend": (ZERO, *left), "rest": rest, "odd": (digit,)}


def _result_remainder(gates: GateLibrary, state: State) -> tuple[Word, Bit]:
    return state["rest"], state["odd"][0]


def _stepped_remainder(*, to_nearest: bool) -> Stepped:
    return Stepped(
        digits=lambda fmt, control: remainder.digit_count(fmt),
        state=lambda fmt, digits: {
            "dividend": fmt.precision,
            "rest": fmt.precision,
            "divisor": fmt.precision,
            "odd": 1,
        },
        prepare=_prepare_remainder,
        step=_step_remainder,
        result=_result_remainder,
        finish=partial(remainder.remainder, to_nearest=to_nearest),
    )


#: What can be done so, by the names of operations.
STEPPED: dict[str, Stepped] = {
    "divide": Stepped(
        digits=divide.digit_count,
        state=lambda fmt, digits: {
            "rest": fmt.precision + 1,
            "divisor": fmt.precision,
            "quotient": digits,
        },
        prepare=_prepare_divide,
        step=_step_divide,
        result=_result_divide,
        finish=divide.divide,
    ),
    "square_root": Stepped(
        digits=square_root.digit_count,
        # The significand and one bit more, in pairs.
        state=lambda fmt, digits: {
            "radicand": (fmt.precision + 2) // 2 * 2,
            "rest": digits + 1,
            "root": digits,
        },
        prepare=_prepare_root,
        step=_step_root,
        result=_result_root,
        finish=square_root.square_root,
    ),
    "remainder": _stepped_remainder(to_nearest=True),
    "fmod": _stepped_remainder(to_nearest=False),
}
