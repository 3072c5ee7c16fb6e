# SPDX-License-Identifier: Apache-2.0
"""Products, quotients and roots of significands by the methods of school, as and-inverter graphs.

Operands are the codes; a significand is the mantissa with the hidden bit on top, which is 1 where
the exponent field is not 0.
"""

from collections.abc import Sequence

from spikefloat.rtl_gen.formats import Format
from spikefloat.rtl_gen.mapping.aig import TRUE, Aig, Circuit, WordPort

__all__ = ["divider", "multiplier", "rooter"]


def multiplier(fmt: Format, outputs: Sequence[WordPort]) -> Circuit:
    """Return the product of the significands of codes ``a`` and ``b``: a sum of rows.

    Parameters
    ----------
    fmt : Format
        Format of the codes.
    outputs : sequence of WordPort
        The product, of twice the bits of a significand.
    """
    aig, (a, b) = _significands(fmt, 2)
    total = [0] * (2 * len(a))
    for place, bit in enumerate(b):
        carry = 0
        for i, other in enumerate(a):
            total[place + i], carry = _sum(aig, total[place + i], aig.and_(other, bit), carry)
        total[place + len(a)] = carry
    return Circuit("product", _operands(fmt, 2), tuple(outputs), aig, tuple(total))


def divider(fmt: Format, outputs: Sequence[WordPort]) -> Circuit:
    """Return the quotient of the significands of ``a`` and ``b``, and whether something is left over.

    Both are moved up until their top bits are 1. Then what is left is compared with the divisor, which
    is taken away if that goes, and moved up, once for each digit; the first digit is worth one.

    Parameters
    ----------
    fmt : Format
        Format of the codes.
    outputs : sequence of WordPort
        Whether something is left over, of one bit, and the quotient, of any; in either order.
    """
    aig, significands = _significands(fmt, 2)
    rest, divisor = ([*_moved_up(aig, word)[0], 0] for word in significands)
    quotient: list[int] = []
    for _ in range(max(port.width for port in outputs)):
        digit, rest = _taken_away(aig, rest, divisor)
        quotient.insert(0, digit)
        # What is left is below the divisor, so nothing is lost.
        rest = [0, *rest[:-1]]
    return _with_rest(aig, _operands(fmt, 2), outputs, quotient, rest)


def rooter(fmt: Format, outputs: Sequence[WordPort]) -> Circuit:
    """Return the square root of the significand of ``a``, and whether something is left over.

    It is moved up until its top bit is 1, and once more where the exponent is odd then. Two bits at a
    time come down to what is left; from it four times the root so far and one is taken away if that
    goes. The first digit is worth one. Parameters are those of :func:`divider`.
    """
    aig, (significand,) = _significands(fmt, 1)
    moved, is_odd = _moved_up(aig, significand)
    # The exponent is the field, of subnormal numbers 1, less the bias and the places.
    low = aig.or_(aig.input(fmt.mantissa_bits), significand[-1] ^ 1)
    is_odd = aig.xor(aig.xor(low, is_odd), fmt.bias & 1)
    radicand = [_choice(aig, is_odd, x, y) for x, y in zip([0, *moved], [*moved, 0], strict=True)]
    radicand = [0] * (len(radicand) % 2) + radicand
    root: list[int] = []
    rest: list[int] = []
    for _ in range(max(port.width for port in outputs)):
        pair, radicand = radicand[-2:] or [0, 0], radicand[:-2]
        rest = [*pair, *rest]
        trial = [TRUE, 0, *root]
        width = max(len(rest), len(trial))
        rest, trial = (word + [0] * (width - len(word)) for word in (rest, trial))
        digit, rest = _taken_away(aig, rest, trial)
        root.insert(0, digit)
        # What is left is at most twice the root.
        rest = rest[: len(root) + 1]
    return _with_rest(aig, _operands(fmt, 1), outputs, root, [*rest, *radicand])


def _operands(fmt: Format, count: int) -> tuple[WordPort, ...]:
    return tuple(WordPort(name, fmt.width) for name in "ab"[:count])


def _significands(fmt: Format, count: int) -> tuple[Aig, list[list[int]]]:
    """Return a graph with codes as inputs, and their significands, the low bits first."""
    aig = Aig(count * fmt.width)
    significands = []
    for operand in range(count):
        code = [aig.input(operand * fmt.width + i) for i in range(fmt.width)]
        hidden = 0
        for bit in code[fmt.mantissa_bits : -1]:
            hidden = aig.or_(hidden, bit)
        significands.append([*code[: fmt.mantissa_bits], hidden])
    return aig, significands


def _with_rest(
    aig: Aig,
    operands: tuple[WordPort, ...],
    outputs: Sequence[WordPort],
    digits: list[int],
    rest: list[int],
) -> Circuit:
    """Return digits as the wide output, and whether anything is left over as that of one bit."""
    inexact = 0
    for bit in rest:
        inexact = aig.or_(inexact, bit)
    words = [[inexact] if port.width == 1 else digits for port in outputs]
    return Circuit("school", operands, tuple(outputs), aig, tuple(sum(words, [])))


def _taken_away(aig: Aig, rest: list[int], amount: list[int]) -> tuple[int, list[int]]:
    """Return whether an amount can be taken away, and what is left then or otherwise."""
    difference, carry = [], TRUE
    for bit, other in zip(rest, amount, strict=True):
        digit, carry = _sum(aig, bit, other ^ 1, carry)
        difference.append(digit)
    return carry, [_choice(aig, carry, x, y) for x, y in zip(difference, rest, strict=True)]


def _moved_up(aig: Aig, word: list[int]) -> tuple[list[int], int]:
    """Return a word moved up until its top bit is 1, and whether that took an odd number of places."""
    is_odd = 0
    for _ in word[1:]:
        is_odd = aig.xor(is_odd, word[-1] ^ 1)
        word = [_choice(aig, word[-1], x, y) for x, y in zip(word, [0, *word[:-1]], strict=True)]
    return word, is_odd


def _sum(aig: Aig, x: int, y: int, carry: int) -> tuple[int, int]:
    """Return the sum of three bits, and its carry."""
    half = aig.xor(x, y)
    return aig.xor(half, carry), aig.or_(aig.and_(x, y), aig.and_(half, carry))


def _choice(aig: Aig, condition: int, then: int, other: int) -> int:
    return aig.or_(aig.and_(condition, then), aig.and_(condition ^ 1, other))
