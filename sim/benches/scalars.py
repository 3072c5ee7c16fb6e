# SPDX-License-Identifier: Apache-2.0
"""Operations on one to three codes, with the results that the golden model gives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.formats import Format, Overflow
from spikefloat.sim.benches.dut import Cases, Check, Contract, Dut, Port, as_streams
from spikefloat.sim.benches.ways import Ways
from spikefloat.sim.cases.exhaustive import concerns, operand_cases
from spikefloat.sim.cases.sampled import EXHAUSTIVE_CASES, SEED
from spikefloat.sim.golden.operations import (
    Operation,
    expected,
    expected_rounded,
    find_operation,
)

__all__ = ["ScalarDesign", "draws_extras", "scalar_checks"]


@dataclass(frozen=True, kw_only=True)
class ScalarDesign:
    """A design, and what it has to compute."""

    name: str  #: Name for tables and messages.
    verilog: str  #: Text of a file with the design and all it is made of.
    module: str  #: Name of its top module, with ports a, b, ... and y.
    operation: str | Operation  #: An operation of the golden model, or its name.
    fmt: Format  #: Format of the operands.
    to: Format | None = None  #: Format of the result, for an operation that converts.
    others: tuple[Format, ...] = ()  #: Formats of the operands after the first, if they may differ.
    overflow: Overflow
    contract: Contract = Contract.COMBINATIONAL
    latency: int = 0  #: Clocks from operands to result.
    ends_early: bool = False  #: With a handshake, whether that is the most.
    has_axi_reset: bool = False  #: Of streams, whether clock and reset are aclk and aresetn.
    ways: Ways = Ways()  #: How it rounds, and whether it raises flags.
    #: Which cases its input ``discharge`` comes with: "first" or "every"; None without that input.
    discharge: str | None = None

    def expected(self, operands: Mapping[str, NDArray[np.int64]]) -> dict[str, NDArray[np.int64]]:
        """Return the results for operands, by the names of the outputs."""
        codes = [operands[name] for name in find_operation(self.operation).names]
        if self.ways.is_usual and not self.others:
            return {"y": expected(self.operation, self.fmt, codes, self.overflow, self.to)}
        return self.ways.results(
            operands,
            codes,
            lambda some, rounder: expected_rounded(
                self.operation, self.fmt, some, self.overflow, self.to, rounder, self.others
            ),
        )

    @property
    def dut(self) -> Dut:
        """The design as a bench takes it."""
        operation = find_operation(self.operation)
        names = operation.names
        inputs: tuple[Port, ...]
        inputs = tuple(
            Port(name, own or fmt.width, fmt=None if own else fmt)
            for name, own, fmt in zip(
                names,
                operation.operand_widths or (None,) * len(names),
                (self.fmt, *(self.others or (self.fmt,) * (len(names) - 1))),
                strict=True,
            )
        )
        inputs += tuple(Port(name, width) for name, width in self.ways.widths.items())
        if self.discharge is not None:
            inputs = (*inputs, Port("discharge", 1))
        width = operation.result_width(self.fmt, self.to)
        result = Port("y", width, fmt=None if operation.bits else self.to or self.fmt)
        if self.contract is Contract.STREAM:
            inputs, result = as_streams(inputs, result, self.ways.outputs)
        return Dut(
            name=self.name,
            verilog=self.verilog,
            module=self.module,
            inputs=inputs,
            outputs=(result, *self.ways.outputs),
            contract=self.contract,
            latency=self.latency,
            ends_early=self.ends_early,
            has_axi_reset=self.has_axi_reset,
        )


def scalar_checks(
    designs: Sequence[ScalarDesign], pairs: str | NDArray[np.int64], seed: int = SEED
) -> list[Check]:
    """Return the checks of designs, which share the operands as far as they can.

    Parameters
    ----------
    designs : sequence of ScalarDesign
        What to check.
    pairs : str or array
        "all", "published", or rows of operands; see
        :func:`spikefloat.sim.cases.exhaustive.operand_cases`.
    seed : int
        Of modes and random numbers of rounding, where not all are tried with each operand.

    Raises
    ------
    InputError
        If an operation or a set of operands is unknown, or there are too many cases.
    """
    groups: dict[_Sharing, list[Format]] = {}
    for design in designs:
        groups.setdefault(_sharing(design), []).append(design.fmt)
    shared = {
        key: _with_extras(operand_cases(formats, key[0], pairs, key[-1]), key, seed)
        for key, formats in groups.items()
    }
    discharges: dict[tuple[str, int], NDArray[np.int64]] = {}
    checks = []
    for design in designs:
        operands = shared[_sharing(design)]
        mine = np.arange(len(operands[0]))
        if design.contract is not Contract.STREAM:
            count, *_, widths = _sharing(design)
            mine = np.flatnonzero(concerns(design.fmt, operands[:count], pairs, widths))
            # Driven in an order that suits the simulator, reported in one that suits the reader.
            mine = mine[np.lexsort([codes[mine] for codes in reversed(operands)])]
        names = [*find_operation(design.operation).names, *design.ways.widths]
        named = dict(zip(names, operands, strict=True))
        if design.discharge is not None:
            key = design.discharge, len(operands[0])
            when = np.arange(key[1]) == 0 if key[0] == "first" else np.ones(key[1])
            named["discharge"] = discharges.setdefault(key, when.astype(np.int64))
        right = design.expected(
            {name: codes[mine] for name, codes in named.items() if name != "discharge"}
        )
        checks.append(
            Check(
                dut=design.dut,
                cases=Cases(operands=named, expected=right, selected=mine),
            )
        )
    return checks


def draws_extras(design: ScalarDesign, pairs: str) -> bool:
    """Tell whether modes or random numbers of rounding are drawn, for want of time for all."""
    operation = find_operation(design.operation)
    bits = sum(design.ways.widths.values())
    size = sum(operation.widths(design.fmt)) - (pairs == "published") * operation.operand_count
    return bits > 0 and 1 << size + bits > EXHAUSTIVE_CASES


#: Number of operands, contract, width in streams, widths of the inputs that only rounding takes, and
#: of operands that are no codes.
_Sharing = tuple[int, Contract, int, tuple[int, ...], tuple[int | None, ...]]


def _with_extras(
    operands: Sequence[NDArray[np.int64]], key: _Sharing, seed: int
) -> tuple[NDArray[np.int64], ...]:
    """Return operands with every mode or random number, or with drawn ones if those are too many."""
    widths = key[-2]
    if not widths:
        return tuple(operands)
    count, bits = len(operands[0]), sum(widths)
    if count << bits > EXHAUSTIVE_CASES:
        rng = np.random.default_rng(seed)
        return (*operands, *(rng.integers(0, 1 << width, count) for width in widths))
    (width,) = widths  # a mode that is an operand is never stochastic
    extra = np.tile(np.arange(1 << width), count)
    return (*(np.repeat(codes, 1 << width) for codes in operands), extra)


def _sharing(design: ScalarDesign) -> _Sharing:
    """Return what designs that share operands have in common: in streams that is the width, too.

    Other designs of several widths are driven with what any of them needs.
    """
    operation = find_operation(design.operation)
    width = design.fmt.width if design.contract is Contract.STREAM else 0
    extra = tuple(design.ways.widths.values())
    widths = operation.operand_widths
    if design.others:
        widths = (design.fmt.width, *(fmt.width for fmt in design.others))
    return operation.operand_count, design.contract, width, extra, widths
