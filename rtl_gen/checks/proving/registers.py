# SPDX-License-Identifier: Apache-2.0
"""Pipelines by their structure: every path from input to output has as many registers as any other.

Then the outputs in one clock depend on the inputs so many clocks before, and on nothing else, however
long it runs; and what they compute is the netlist without its registers. In the spiking style every neuron
is a register, and its reset is low.
"""

from typing import Any

from spikefloat.rtl_gen.mapping.aig import Circuit
from spikefloat.rtl_gen.mapping.netlist import circuit_of_netlist

__all__ = ["UnequalPaths", "without_registers"]

_REGISTER = "$_DFF_P_"
_PINS = {"$_AND_": "AB", "$_NOT_": "A", _REGISTER: "D"}


class UnequalPaths(Exception):
    """Registers are not what a pipeline has: the message says what was found."""


def without_registers(
    module: dict[str, Any], name: str, clocks: int, *, has_reset: bool = False
) -> Circuit:
    """Return what a pipeline computes, as logic, after its registers were counted.

    All registers must be clocked by the port ``clk``.

    Parameters
    ----------
    module : dict
        The module, as Yosys writes it as JSON.
    name : str
        What its source calls it.
    clocks : int
        Registers that every path from an input to an output must have.
    has_reset : bool
        Whether ``rst`` may be of effect, as it is for neurons: what is returned holds while it is low.
        Otherwise it must be of none.

    Raises
    ------
    UnequalPaths
        If a path has another number of registers, a register is no plain one or has another clock,
        or registers feed themselves.
    """
    ports = dict(module["ports"])
    clock, reset = (ports.pop(name)["bits"][0] for name in ("clk", "rst"))
    low = {reset} if has_reset else set()
    drivers: dict[Any, dict[str, Any]] = {}
    for cell in module["cells"].values():
        kind, pins = cell["type"], cell["connections"]
        if kind not in _PINS:
            if "DFF" in kind or "LATCH" in kind:
                raise UnequalPaths(f"a register is a {kind}, not a plain one")
            continue
        if kind == _REGISTER and pins["C"] != [clock]:
            raise UnequalPaths("a register has another clock")
        drivers[pins["Q" if kind == _REGISTER else "Y"][0]] = cell
    inputs = {n: 0 for port in ports.values() if port["direction"] == "input" for n in port["bits"]}
    levels = _Levels({**inputs, **dict.fromkeys(low)}, drivers, {clock, reset} - low)
    for port, record in ports.items():
        for index, net in enumerate(record["bits"] if record["direction"] == "output" else ()):
            level = levels.of(net)
            if level not in (None, clocks):
                raise UnequalPaths(f"{port}[{index}] is {level} registers behind, not {clocks}")
    return circuit_of_netlist(_bridged(module, ports, drivers, low), name)


class _Levels:
    """Registers between the inputs and each net."""

    def __init__(
        self,
        inputs: dict[Any, int | None],
        drivers: dict[Any, dict[str, Any]],
        control: set[Any],
    ) -> None:
        #: None is what never changes, and so is any number of clocks behind.
        self._levels: dict[Any, int | None] = {"0": None, "1": None, "x": None, **inputs}
        self._drivers = drivers
        self._control = control

    def of(self, root: Any) -> int | None:
        """Return the registers on every path to a net."""
        stack, is_open = [root], set()
        while stack:
            net = stack[-1]
            if net in self._levels:
                stack.pop()
                continue
            if net in self._control:
                raise UnequalPaths("logic depends on the clock or the reset")
            cell = self._drivers.get(net)
            if cell is None:
                self._levels[net] = None  # nothing drives it
                continue
            sources = [cell["connections"][pin][0] for pin in _PINS[cell["type"]]]
            missing = [source for source in sources if source not in self._levels]
            if missing:
                if net in is_open:
                    raise UnequalPaths("a register feeds itself")
                is_open.add(net)
                stack.extend(missing)
                continue
            known = {self._levels[source] for source in sources} - {None}
            if len(known) > 1:
                numbers = " and ".join(sorted(map(str, known)))
                raise UnequalPaths(f"paths of {numbers} registers meet")
            level = known.pop() if known else None
            is_register = cell["type"] == _REGISTER and level is not None
            self._levels[net] = level + 1 if is_register and level is not None else level
        return self._levels[root]


def _bridged(
    module: dict[str, Any],
    ports: dict[str, Any],
    drivers: dict[Any, dict[str, Any]],
    low: set[Any],
) -> dict[str, Any]:
    """Return a module with a wire in place of each register, without the clock, some nets at 0."""

    def source(net: Any) -> Any:
        while (cell := drivers.get(net)) is not None and cell["type"] == _REGISTER:
            net = cell["connections"]["D"][0]
        return "0" if net in low else net

    cells = {
        name: {**cell, "connections": {k: [source(v[0])] for k, v in cell["connections"].items()}}
        for name, cell in module["cells"].items()
        if cell["type"] in ("$_AND_", "$_NOT_")
    }
    bridged = {
        name: {**port, "bits": [source(net) for net in port["bits"]]}
        for name, port in ports.items()
    }
    return {**module, "ports": bridged, "cells": cells}
