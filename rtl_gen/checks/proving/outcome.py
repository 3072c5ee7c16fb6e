# SPDX-License-Identifier: Apache-2.0
"""What came of a proof."""

from dataclasses import asdict, dataclass, field
from typing import Any

__all__ = ["Counterexample", "Lemma", "Outcome"]


@dataclass(frozen=True)
class Lemma:
    """One step of a proof."""

    what: str  #: What holds, in a few words.
    method: str  #: How that was found out.
    seconds: float


@dataclass(frozen=True)
class Counterexample:
    """Operands for which a netlist does not give what it must; both were computed."""

    operands: dict[str, int]
    found: dict[str, int]
    expected: dict[str, int]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of a proof; ``proved`` rests on all lemmas together."""

    result: str  #: "proved", "wrong" or "not decided".
    lemmas: tuple[Lemma, ...] = ()
    nodes: int = 0  #: ANDs of the netlist.
    reason: str | None = None  #: Why it is not proved.
    counterexample: Counterexample | None = None
    seconds: float = 0.0
    is_kept: bool = field(default=False, compare=False)  #: Whether it was proved before.

    def as_record(self) -> dict[str, Any]:
        """Return what JSON can hold of a proof."""
        return {**asdict(self), "lemmas": [asdict(lemma) for lemma in self.lemmas]}

    @classmethod
    def of_record(cls, record: dict[str, Any]) -> "Outcome":
        """Return a proof that was kept."""
        lemmas = tuple(Lemma(**lemma) for lemma in record["lemmas"])
        return cls(**{**record, "lemmas": lemmas, "is_kept": True})
