# SPDX-License-Identifier: Apache-2.0
"""The flash adder for E4M3FN, budget ``free``: neurons as predicates, weights by linear program.

L and S are the larger and the smaller magnitude code, 8 * exponent + mantissa.

1. Each operand bit is gated by "I am the larger one", which fits into one neuron. From there on
   every bit of L and of S is a sum of spikes: L the gated bits, S = a + b - L.
2. Thermometers of the mantissa of L, of its low exponents, and of low S (subnormals).
3. Thermometers of (code of the result - L). "S is at least half a unit of L" is "S - L >= constant"
   at all exponents: aligning is subtracting codes. The sum of L and of all these spikes is now the
   code of the rounded result, without limit.
4. A flash converter reads that score (at depth 6 first its upper bits, then the lower ones).
   Overflow needs nothing: the converter ends at 0x7F, which is NaN.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .separate import separate

__all__ = ["flash_adder"]

_PATTERN = np.arange(1 << 16)
_A, _B = _PATTERN & 255, _PATTERN >> 8
_MAG_A, _MAG_B = _A & 127, _B & 127
_IS_NAN = (_MAG_A == 127) | (_MAG_B == 127)
_L, _S = np.maximum(_MAG_A, _MAG_B), np.minimum(_MAG_A, _MAG_B)
_MINUS = (_A >> 7 ^ _B >> 7).astype(bool)
_E_L, _M_L, _E_S, _M_S = _L >> 3, _L & 7, _S >> 3, _S & 7


class _Drawing:
    """Neurons by name, simulated on every operand pair."""

    def __init__(self) -> None:
        self.spikes = {f"in{i}": (_PATTERN >> i & 1).astype(np.uint8) for i in range(16)}
        self.neurons: list[tuple[str, dict[str, int], int]] = []

    @property
    def names(self) -> list[str]:
        return list(self.spikes)

    def put(self, name: str, terms: dict[str, int], threshold: int) -> None:
        """Add a neuron whose weights are known."""
        terms = {source: weight for source, weight in terms.items() if weight}
        total = sum(w * self.spikes[s].astype(np.int64) for s, w in terms.items())
        self.spikes[name] = np.asarray(total >= threshold, np.uint8)
        self.neurons.append((name, terms, threshold))

    def fit(
        self, name: str, expected: NDArray[Any], sources: list[str], care: NDArray[Any]
    ) -> None:
        """Add a neuron that fires as wanted wherever it matters."""
        rows = np.stack([self.spikes[source][care] for source in sources], axis=1)
        found = separate(rows, np.asarray(expected[care], bool))
        if found is None:
            raise ValueError(f"Predicate {name} must be a threshold function of its sources")
        weights, threshold = found
        self.put(name, dict(zip(sources, weights.tolist(), strict=True)), threshold)

    def description(self) -> dict[str, Any]:
        """Return the circuit in the form of the data files."""
        number = {name: i for i, name in enumerate(self.spikes)}
        return {
            "inputs": [["a", 8], ["b", 8]],
            "neurons": [
                [[number[s] for s in terms], list(terms.values()), threshold]
                for _, terms, threshold in self.neurons
            ],
            "outputs": [["y", [number[f"y{k}"] for k in range(8)]]],
        }


def flash_adder(overflow: str = "nan", depth: int = 5) -> dict[str, Any]:
    """Return the flash adder in the form of the data files.

    Parameters
    ----------
    overflow : str
        ``nan`` or ``saturate``.
    depth : int
        5, or 6 for fewer neurons.
    """
    drawing = _Drawing()
    score = _score(drawing)
    always = np.ones(_PATTERN.size, bool)
    inputs = drawing.names[:16]
    tie_to_b = (_MAG_A == _MAG_B) & (_B >> 7 == 1)
    drawing.fit("sign_a", (_A >> 7 == 1) & ((_MAG_A > _MAG_B) | tie_to_b), inputs, always)
    drawing.fit("sign_b", (_B >> 7 == 1) & (_MAG_B > _MAG_A), inputs, always)
    drawing.put("top", score, 127)
    stops = "top" if overflow == "nan" else "nan"
    drawing.put("y7", {"sign_a": 1, "sign_b": 1, stops: -2}, 1)
    if depth == 6:
        for step in range(1, 16):
            drawing.put(f"coarse{step}", score, 8 * step)
        rest = score | {f"coarse{step}": -8 for step in range(1, 16)}
        for step in range(1, 8):
            drawing.put(f"fine{step}", rest, step)
        lowest = {} if overflow == "nan" else {"top": -1, "nan": 1}
        for k in range(3):
            drawing.put(f"y{k}", _digit(k, "fine", 8) | (lowest if k == 0 else {}), 1)
        for k in range(3, 7):
            drawing.put(f"y{k}", _digit(k - 3, "coarse", 16), 1)
    else:
        end = 128 if overflow == "nan" else 127  # saturation reads no further than 0x7E
        for step in range(1, end):
            drawing.put(f"flash{step}", score, step)
        for k in range(7):
            lowest = {"nan": 1} if end == 127 and k == 0 else {}
            drawing.put(f"y{k}", _digit(k, "flash", end) | lowest, 1)
    return drawing.description()


def _digit(place: int, prefix: str, end: int) -> dict[str, int]:
    """Return the terms of a binary digit of a thermometer: alternating at multiples of 2**place."""
    return {
        f"{prefix}{step}": 1 if step >> place & 1 else -1
        for step in range(1 << place, end, 1 << place)
    }


def _score(drawing: _Drawing) -> dict[str, int]:
    """Draw the first three layers; return the terms whose sum is the code of the result."""
    always, number = np.ones(_PATTERN.size, bool), ~_IS_NAN
    inputs = drawing.names
    for k in range(7):
        drawing.fit(f"gate_a{k}", (_MAG_A >> k & 1) & (_MAG_A >= _MAG_B), inputs, always)
    for k in range(7):
        drawing.fit(f"gate_b{k}", (_MAG_B >> k & 1) & (_MAG_B > _MAG_A), inputs, always)
    drawing.fit("both_negative", _A >> 7 & _B >> 7, inputs, always)

    gated = drawing.names
    level = (_E_S >= _E_L) & _MINUS & (_E_L >= 2)  # equal exponents: the leading bit cancels
    second = {f"mantissa_ge{k}": _M_L >= k for k in range(1, 8)}
    second |= {f"exponent_ge{k}": _E_L >= k for k in range(2, 6)}
    second |= {f"small_le{k}": _S <= k for k in range(8)}
    second |= {"level": level}
    second |= {f"level_l{k}": (_M_L >> k & 1) & level for k in range(3)}
    second |= {f"level_s{k}": (_M_S >> k & 1) & level for k in range(3)}
    lowest = (_E_L == 1) & (_E_S == 1) & _MINUS
    second |= {f"one_s{k}": (_M_S >> k & 1) & lowest for k in range(3)}
    for name, expected in second.items():
        drawing.fit(name, expected, gated, number)

    layer2 = drawing.names
    code = _unlimited_code()
    # Exponents one apart: 8 - (L - S) steps more, if positive.
    next_to = _MINUS & (_E_L >= 2) & (np.maximum(_E_S, 1) == _E_L - 1)
    apart = np.where(next_to, np.maximum(8 - (_L - _S), 0), 0)
    # The difference in half units of L: below 8, 4 and 2 the codes of the results are 2, 4 and 8
    # apart instead of 1, as long as the result is not subnormal.
    halves = (_L - _S) + _M_L - np.where(level, _M_S, 0)
    third = {f"up{t}": (code - _L >= t) & ~_MINUS for t in range(1, 9)}
    third |= {f"down{t}": (_L - code >= t) & _MINUS for t in range(1, 9)}
    third |= {f"apart{j}": apart >= j for j in range(1, 8)}
    third |= {f"cancel{j}": _MINUS & (halves <= j) & (_E_L >= 3) for j in range(1, 8)}
    third |= {f"cancel_more{j}": _MINUS & (halves <= j) & (_E_L >= 4) for j in range(1, 4)}
    third |= {"cancel_most": _MINUS & (halves <= 1) & (_E_L >= 5), "zero": _MINUS & (_L == _S)}
    for name, expected in third.items():
        drawing.fit(name, expected, layer2, number)
    drawing.fit("nan", _IS_NAN, gated, always)

    score = {f"gate_{x}{k}": 1 << k for x in "ab" for k in range(7)}
    score |= {f"up{t}": 1 for t in range(1, 9)} | {f"down{t}": -1 for t in range(1, 9)}
    score["level"] = -8
    for k in range(3):
        score |= {f"level_l{k}": 1 << k, f"level_s{k}": -2 << k, f"one_s{k}": -1 << k}
    score |= {f"{name}{j}": -1 for name in ("apart", "cancel") for j in range(1, 8)}
    score |= {f"cancel_more{j}": -2 for j in range(1, 4)}
    return score | {"cancel_most": -4, "zero": -512, "nan": 2048}


def _unlimited_code() -> NDArray[np.int64]:
    """Return the code of each rounded sum, as if the exponent had no limit."""

    def value(code: NDArray[Any]) -> NDArray[Any]:
        return np.where(code < 8, code, (8 + (code & 7)) << np.maximum((code >> 3) - 1, 0))

    table = value(np.arange(150))
    exact = np.where(_MINUS, value(_L) - value(_S), value(_L) + value(_S))
    upper = np.clip(np.searchsorted(table, exact), 1, 149)
    below, above = exact - table[upper - 1], table[upper] - exact
    even = upper - (upper & 1)
    nearest = np.select(
        [above == 0, below < above, below > above], [upper, upper - 1, upper], default=even
    )
    return np.where(exact == 0, 0, nearest)
