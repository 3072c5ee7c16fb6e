# SPDX-License-Identifier: Apache-2.0
"""Operations on one to three codes, with the results that the golden model gives."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.formats import Format, Overflow
from spikefloat.sim.benches.dut import Cases, Check, Contract, Dut, Port, as_streams
from spikefloat.sim.cases.exhaustive import concerns, operand_cases
from spikefloat.sim.golden.operations import expected, find_operation

__all__ = ["OPERAND_NAMES", "ScalarDesign", "scalar_checks"]

#: Names of the operand ports.
OPERAND_NAMES = ("a", "b", "c")


@dataclass(frozen=True, kw_only=True)
class ScalarDesign:
    """A design, and what it has to compute."""

    name: str  #: Name for tables and messages.
    verilog: str  #: Text of a file with the design and all it is made of.
    module: str  #: Name of its top module, with ports a, b, ... and y.
    operation: str  #: Name of an operation of the golden model.
    fmt: Format  #: Format of the operands.
    to: Format | None = None  #: Format of the result, for an operation that converts.
    overflow: Overflow
    contract: Contract = Contract.COMBINATIONAL
    latency: int = 0  #: Clocks from operands to result.
    #: Which cases its input ``discharge`` comes with: "first" or "every"; None without that input.
    discharge: str | None = None

    @property
    def dut(self) -> Dut:
        """The design as a bench takes it."""
        operation = find_operation(self.operation)
        names = OPERAND_NAMES[: operation.operand_count]
        inputs: tuple[Port, ...]
        inputs = tuple(Port(name, self.fmt.width, fmt=self.fmt) for name in names)
        if self.discharge is not None:
            inputs = (*inputs, Port("discharge", 1))
        width = operation.result_width(self.fmt, self.to)
        result = Port("y", width, fmt=None if operation.bits else self.to or self.fmt)
        if self.contract is Contract.STREAM:
            inputs, result = as_streams(inputs, result)
        return Dut(
            name=self.name,
            verilog=self.verilog,
            module=self.module,
            inputs=inputs,
            outputs=(result,),
            contract=self.contract,
            latency=self.latency,
        )


def scalar_checks(designs: Sequence[ScalarDesign], pairs: str | NDArray[np.int64]) -> list[Check]:
    """Return the checks of designs, which share the operands as far as they can.

    Parameters
    ----------
    designs : sequence of ScalarDesign
        What to check.
    pairs : str or array
        "all", "published", or rows of operands; see
        :func:`spikefloat.sim.cases.exhaustive.operand_cases`.

    Raises
    ------
    InputError
        If an operation or a set of operands is unknown, or there are too many cases.
    """
    groups: dict[tuple[int, Contract, int], list[Format]] = {}
    for design in designs:
        groups.setdefault(_sharing(design), []).append(design.fmt)
    shared = {key: operand_cases(formats, key[0], pairs) for key, formats in groups.items()}
    discharges: dict[tuple[str, int], NDArray[np.int64]] = {}
    checks = []
    for design in designs:
        operands = shared[_sharing(design)]
        mine = np.arange(len(operands[0]))
        if design.contract is not Contract.STREAM:
            mine = np.flatnonzero(concerns(design.fmt, operands, pairs))
            # Driven in an order that suits the simulator, reported in one that suits the reader.
            mine = mine[np.lexsort([codes[mine] for codes in reversed(operands)])]
        named = dict(zip(OPERAND_NAMES, operands, strict=False))
        if design.discharge is not None:
            key = design.discharge, len(operands[0])
            when = np.arange(key[1]) == 0 if key[0] == "first" else np.ones(key[1])
            named["discharge"] = discharges.setdefault(key, when.astype(np.int64))
        right = expected(
            design.operation,
            design.fmt,
            [codes[mine] for codes in operands],
            design.overflow,
            design.to,
        )
        checks.append(
            Check(
                dut=design.dut,
                cases=Cases(operands=named, expected={"y": right}, selected=mine),
            )
        )
    return checks


def _sharing(design: ScalarDesign) -> tuple[int, Contract, int]:
    """Return what designs that share operands have in common: in streams that is the width, too.

    Other designs of several widths are driven with what any of them needs.
    """
    count = find_operation(design.operation).operand_count
    width = design.fmt.width if design.contract is Contract.STREAM else 0
    return count, design.contract, width
