# SPDX-License-Identifier: Apache-2.0
"""Quotients and roots one digit at a time: the same neurons in every clock, with registers around.

There are three circuits: one takes the operands apart, one makes a digit of what is left, and one
rounds what has come together. They are made of the functions of the spatial circuits.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from spikefloat.rtl_gen.circuits.operations import divide, square_root
from spikefloat.rtl_gen.circuits.parts.quotient import normalize_operand, quotient_step, root_step
from spikefloat.rtl_gen.circuits.parts.rounding_modes import RoundingControl
from spikefloat.rtl_gen.circuits.parts.unpack import unpack
from spikefloat.rtl_gen.formats import Format
from spikefloat.rtl_gen.neurons.builder import ZERO, Bit, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary

__all__ = ["STEPPED", "State", "Stepped"]

#: Words that registers keep, by their names.
State = Mapping[str, Word]


@dataclass(frozen=True, kw_only=True)
class Stepped:
    """An operation that is done digit by digit."""

    #: How many digits a format needs, which is how many steps there are.
    digits: Callable[[Format, RoundingControl], int]
    #: Width of each word of the state, for a format and a number of digits.
    state: Callable[[Format, int], dict[str, int]]
    #: Called with a gate library, the format and the operands; returns what of the state is not
    #: zero at first.
    prepare: Callable[..., State]
    #: Returns what of the state changes.
    step: Callable[[GateLibrary, State], State]
    #: Returns the digits, and whether anything is left, from the state after the last step.
    result: Callable[[GateLibrary, State], tuple[Word, Bit]]
    #: The spatial circuit; called with a gate library, the format, the operands, ``overflow``,
    #: ``control``, and that result as ``digits``.
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
}
