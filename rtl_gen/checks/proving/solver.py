# SPDX-License-Identifier: Apache-2.0
"""Words and floats as terms of Bitwuzla, a solver of satisfiability modulo theories."""

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from spikefloat.rtl_gen.extras import import_extra
from spikefloat.rtl_gen.formats import Format, Rounding
from spikefloat.rtl_gen.mapping.aig import FALSE, Circuit

__all__ = ["NotDecided", "Solver", "Term", "import_bitwuzla"]

#: A term of the solver, which has no types.
Term = Any

#: Names of rounding modes in SMT-LIB.
_MODES = {
    Rounding.NEAREST_EVEN: "RNE",
    Rounding.NEAREST_AWAY: "RNA",
    Rounding.UP: "RTP",
    Rounding.DOWN: "RTN",
    Rounding.TOWARD_ZERO: "RTZ",
}
#: Seconds between reports of what takes long.
_REPORT = 1.0


class NotDecided(Exception):
    """The time is over before there is an answer."""


def import_bitwuzla() -> Any:
    """Return the solver's module.

    Raises
    ------
    MissingPackage
        If it is not installed.
    """
    return import_extra("bitwuzla", "bitwuzla", "prove")


class Solver:
    """One question: terms, what is assumed of them, and whether all that can be.

    Parameters
    ----------
    tick : callable
        Called every now and then; what it raises ends the work.
    """

    def __init__(self, tick: Callable[[], None]) -> None:
        self._api = import_bitwuzla()
        self._manager = self._api.TermManager()
        options = self._api.Options()
        options.set(self._api.Option.PRODUCE_MODELS, True)
        self._solver = self._api.Bitwuzla(self._manager, options)
        self._tick = tick
        self._widths: dict[int, Any] = {}

    # Words -------------------------------------------------------------------------------------

    def term(self, kind: str, *terms: Term, indices: Sequence[int] = ()) -> Term:
        """Return an operation on terms, by its name in SMT-LIB as Bitwuzla writes it."""
        return self._manager.mk_term(getattr(self._api.Kind, kind), list(terms), list(indices))

    def word(self, width: int) -> Term:
        """Return an unknown word."""
        return self._manager.mk_const(self._sort(width))

    def width(self, word: Term) -> int:
        """Return the bits of a word."""
        return int(word.sort().bv_size())

    def number(self, value: int, width: int) -> Term:
        """Return a word that is known; a negative one in two's complement."""
        return self._manager.mk_bv_value(self._sort(width), value % (1 << width))

    def bits(self, word: Term, high: int, low: int) -> Term:
        """Return some bits of a word, both ends included."""
        return self.term("BV_EXTRACT", word, indices=(high, low))

    def joined(self, *words: Term) -> Term:
        """Return words side by side, the first on top."""
        return words[0] if len(words) == 1 else self.term("BV_CONCAT", *words)

    def widened(self, word: Term, extra: int) -> Term:
        """Return a word with zeros on top."""
        return self.term("BV_ZERO_EXTEND", word, indices=(extra,))

    def same(self, a: Term, b: Term) -> Term:
        """Return whether two terms are the same."""
        return self.term("EQUAL", a, b)

    def is_zero(self, word: Term, width: int) -> Term:
        """Return whether a word is zero."""
        return self.same(word, self.number(0, width))

    def not_(self, a: Term) -> Term:
        """Return the contrary."""
        return self.term("NOT", a)

    def if_(self, condition: Term, then: Term, other: Term) -> Term:
        """Return one of two terms."""
        return self.term("ITE", condition, then, other)

    def bit(self, condition: Term) -> Term:
        """Return a condition as a word of one bit."""
        return self.if_(condition, self.number(1, 1), self.number(0, 1))

    def outputs(self, circuit: Circuit, inputs: Mapping[str, Term]) -> dict[str, Term]:
        """Return the outputs of a circuit as words, for words at its inputs."""
        values = [self.number(0, 1)]
        for port in circuit.inputs:
            values += [self.bits(inputs[port.name], i, i) for i in range(port.width)]
        values += [FALSE] * (len(circuit.aig) - len(values))

        def plain(literal: int) -> Term:
            value = values[literal >> 1]
            return self.term("BV_NOT", value) if literal & 1 else value

        for node in circuit.aig.cone(circuit.literals):
            values[node] = self.term("BV_AND", *map(plain, circuit.aig.fanins[node]))
        words, start = {}, 0
        for port in circuit.outputs:
            literals = circuit.literals[start : start + port.width]
            words[port.name] = self.joined(*map(plain, reversed(literals)))
            start += port.width
        return words

    # Floats ------------------------------------------------------------------------------------

    def mode(self, mode: Rounding) -> Term:
        """Return a rounding mode of the solver's float theory."""
        return self._manager.mk_rm_value(getattr(self._api.RoundingMode, _MODES[mode]))

    def float_of_bits(self, fmt: Format, word: Term) -> Term:
        """Return the float of binary16, 32, 64 or 128 that a code is of."""
        indices = (fmt.exponent_bits, fmt.precision)
        return self.term("FP_TO_FP_FROM_BV", word, indices=indices)

    def converted(self, mode: Rounding, fmt: Format, value: Term) -> Term:
        """Return a float rounded to another of these formats."""
        indices = (fmt.exponent_bits, fmt.precision)
        return self.term("FP_TO_FP_FROM_FP", self.mode(mode), value, indices=indices)

    def bits_of_float(self, fmt: Format, value: Term) -> Term:
        """Return the code of a float, NaN as the canonical one."""
        word = self.word(fmt.width)
        self.require(self.same(self.float_of_bits(fmt, word), value))
        nan = self.number(fmt.nan_code or 0, fmt.width)
        self.require(
            self.term("IMPLIES", self.term("FP_IS_NAN", value), self.same(word, nan)),
        )
        return word

    # The question ------------------------------------------------------------------------------

    def require(self, condition: Term) -> None:
        """Assume something."""
        self._solver.assert_formula(condition)

    def find(self, wanted: Mapping[str, Term]) -> dict[str, int] | None:
        """Return values of some words for which all that is assumed holds, or None: there are none.

        Raises
        ------
        NotDecided
            If ``tick`` does.
        """
        result = self._check()
        if result == self._api.Result.UNSAT:
            return None
        if result != self._api.Result.SAT:
            raise NotDecided("the solver has no answer")
        values = {name: self._solver.get_value(term) for name, term in wanted.items()}
        return {name: int(value.value(10)) for name, value in values.items()}

    def _check(self) -> Any:
        """Return the answer, or end the work by what ``tick`` raises, or an interrupt.

        The solver works in a thread of its own: what is raised in the function that it calls would be
        lost, and signals are raised in the main thread only.
        """
        is_over = threading.Event()
        answers: list[Any] = []

        def work() -> None:
            try:
                answers.append(self._solver.check_sat())
            except Exception as error:
                answers.append(error)

        # Called often, it lets the main thread go on.
        self._solver.configure_terminator(lambda: is_over.is_set())
        thread = threading.Thread(target=work)
        thread.start()
        try:
            thread.join(_REPORT)
            while thread.is_alive():
                self._tick()
                thread.join(_REPORT)
        except BaseException:
            is_over.set()
            thread.join()
            raise
        (answer,) = answers
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _sort(self, width: int) -> Any:
        if width not in self._widths:
            self._widths[width] = self._manager.mk_bv_sort(width)
        return self._widths[width]
