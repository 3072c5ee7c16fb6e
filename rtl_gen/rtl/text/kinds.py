# SPDX-License-Identifier: Apache-2.0
"""Neuron kinds as Verilog modules: every pair of weights and threshold is written once.

A neuron is written as what it computes, a truth table, and not as the sum that defines it: from the
sum, synthesis makes an adder and a comparator; from the table, one lookup table. The sum is in the
comment.
"""

import re
from collections.abc import Sequence
from textwrap import wrap

from spikefloat.rtl_gen.rtl.text.decisions import decision_text

__all__ = [
    "TABLE_FAN_IN",
    "kind_comment",
    "kind_formula",
    "kind_logic",
    "kind_meaning",
    "kind_module",
    "kind_name",
    "kind_table",
    "parse_kind_name",
]

#: Largest fan-in of a neuron that is written as a truth table: the inputs of a usual lookup table.
TABLE_FAN_IN = 6

_COLUMNS = 100

_KIND_NAME = re.compile(r"(?:^|_)neuron((?:_(?:\d+x)?[pm]\d+)+)_(tm?)(\d+)$")


def kind_name(weights: Sequence[int], threshold: int) -> str:
    """Return a name such as ``neuron_p1_p1_m2_t1``: p and m for plus and minus, t for threshold.

    More than eight equal weights in a row are counted: ``neuron_16xp1_t8``.
    """
    parts = []
    position = 0
    while position < len(weights):
        weight = weights[position]
        count = 1
        while position + count < len(weights) and weights[position + count] == weight:
            count += 1
        text = f"{'m' if weight < 0 else 'p'}{abs(weight)}"
        parts.extend([f"{count}x{text}"] if count > 8 else [text] * count)
        position += count
    return "_".join(("neuron", *parts, f"t{'m' if threshold < 0 else ''}{abs(threshold)}"))


def parse_kind_name(name: str) -> tuple[tuple[int, ...], int] | None:
    """Return weights and threshold of the neuron module called ``name``, with or without prefix.

    None if it is not the name of a neuron module.
    """
    match = _KIND_NAME.search(name)
    if match is None:
        return None
    weights: list[int] = []
    for count, sign, size in re.findall(r"_(?:(\d+)x)?([pm])(\d+)", match[1]):
        weights += [int(size) if sign == "p" else -int(size)] * int(count or 1)
    return tuple(weights), int(match[3]) if match[2] == "t" else -int(match[3])


def kind_formula(weights: Sequence[int], threshold: int) -> str:
    """Return the condition to fire, such as ``x[0] + x[1] - 2*x[2] >= 1``."""
    text = ""
    for index, weight in enumerate(weights):
        sign = "-" if weight < 0 else "+"
        if text:
            text += f" {sign} "
        elif weight < 0:
            text += "-"
        factor = f"{abs(weight)}*" if abs(weight) != 1 else ""
        text += f"{factor}{_synapse(index, len(weights))}"
    return f"{text or '0'} >= {threshold}"


def kind_table(weights: Sequence[int], threshold: int) -> int:
    """Return the truth table: bit ``i`` is set if the neuron fires when its synapses spell ``i``.

    The first synapse is the least significant bit of ``i``.
    """
    sums = [0]
    for weight in weights:
        sums += [total + weight for total in sums]
    return sum(1 << index for index, total in enumerate(sums) if total >= threshold)


def kind_meaning(weights: Sequence[int], threshold: int) -> str:
    """Return what the neuron computes in words, or nothing if there is no short way to say it."""
    count = len(weights)
    if tuple(weights) == (1,) * (count - 1) + (-2,) and threshold == 1 and count in (3, 4):
        others = ", ".join(_synapse(index, count) for index in range(count - 1))
        carry = "AND" if count == 3 else "majority"
        return f"the parity of {others}, if x[{count - 1}] is their {carry}"
    shift = sum(weight for weight in weights if weight < 0)
    terms = [
        (abs(weight), f"{'not ' if weight < 0 else ''}{_synapse(index, count)}")
        for index, weight in enumerate(weights)
    ]
    terms.sort(key=lambda term: -term[0])
    need = threshold - shift
    if need <= 0:
        return "always"
    if need > sum(weight for weight, _ in terms):
        return "never"
    positive, negative = all(w > 0 for w in weights), all(w < 0 for w in weights)
    if count > 1 and (positive or negative):
        least = _count_needed(terms, need)
        if least == count:
            return "AND" if positive else "NOR"
        if least == 1:
            return "OR" if positive else "NAND"
        if count == 3 and least == 2:
            return "the majority, which is the carry of a full adder" if positive else "minority"
    if count == 1:
        return "a copy" if positive else "NOT"
    return _spoken(terms, need)[0]


def kind_module(name: str, weights: Sequence[int], threshold: int) -> str:
    """Return the Verilog of a neuron kind.

    Parameters
    ----------
    name : str
        Name of the module.
    weights : sequence of int
        Weight of each synapse; at least one.
    threshold : int
        Sum at which the neuron fires.

    Returns
    -------
    str
        A module with the input ``x``, one bit for each synapse, the first in ``x[0]``, and the
        output ``spike``.
    """
    count = len(weights)
    lines = kind_comment(weights, threshold)
    lines += [
        f"module {name} (",
        f"    input  wire {f'[{count - 1}:0] ' if count > 1 else ''}x,",
        f"    output wire {' ' * len(f'[{count - 1}:0] ') if count > 1 else ''}spike",
        ");",
    ]
    return "\n".join((*lines, *kind_logic(weights, threshold), "endmodule", ""))


def kind_comment(weights: Sequence[int], threshold: int) -> list[str]:
    """Return a comment that says when the neuron fires, in a formula and in words."""
    meaning = kind_meaning(weights, threshold)
    comment = f"Fires when {kind_formula(weights, threshold)}{': ' if meaning else ''}{meaning}."
    return [f"// {line}" for line in wrap(comment, _COLUMNS - 3)]


def kind_logic(weights: Sequence[int], threshold: int) -> list[str]:
    """Return the lines that compute ``spike`` from ``x``; the last one assigns it."""
    count = len(weights)
    if count > TABLE_FAN_IN:
        return decision_text(weights, threshold)
    table = _table_literal(kind_table(weights, threshold), 2**count)
    return [f"    wire [{2**count - 1}:0] fires = {table};", "    assign spike = fires[x];"]


def _synapse(index: int, count: int) -> str:
    return f"x[{index}]" if count > 1 else "x"


def _table_literal(table: int, size: int) -> str:
    if size <= 16:
        return f"{size}'b" + _grouped(f"{table:0{size}b}")
    return f"{size}'h" + _grouped(f"{table:0{size // 4}x}")


def _grouped(digits: str) -> str:
    return "_".join(digits[start : start + 4] for start in range(0, len(digits), 4))


def _count_needed(terms: list[tuple[int, str]], need: int) -> int | None:
    """Return k if the terms, heaviest first, reach ``need`` exactly when at least k are true."""
    weights = [weight for weight, _ in terms]
    for count in range(1, len(weights) + 1):
        if sum(weights[-count:]) >= need:
            return count if sum(weights[: count - 1]) < need else None
    return None


def _spoken(terms: list[tuple[int, str]], need: int) -> tuple[str, str]:
    """Return words for "the terms reach ``need``", and the operator that joins them, or nothing."""
    least = _count_needed(terms, need)
    names = [name for _, name in terms]
    if least == 1:
        return " or ".join(names), "or" if len(names) > 1 else ""
    if least == len(names):
        return " and ".join(names), "and"
    if least is not None:
        return f"at least {least} of {', '.join(names)}", "of"
    (weight, name), rest = terms[0], terms[1:]
    is_enough = weight >= need
    is_required = sum(weight for weight, _ in rest) < need
    if is_enough and is_required:  # the others have no effect
        return name, ""
    if is_enough:
        operator, (words, inner) = "or", _spoken(rest, need)
    elif is_required:
        operator, (words, inner) = "and", _spoken(rest, need - weight)
    else:
        return "", ""
    if not words:
        return "", ""
    return f"{name} {operator} {words if inner in ('', operator) else f'({words})'}", operator
