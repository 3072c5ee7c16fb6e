# SPDX-License-Identifier: Apache-2.0
"""A netlist of Yosys, made of ANDs and inverters, as an and-inverter graph."""

import re
from collections import Counter
from typing import Any, NamedTuple

from spikefloat.rtl_gen.mapping.aig import (
    FALSE,
    TRUE,
    Aig,
    Circuit,
    SourceModule,
    SourcePort,
    WordPort,
)
from spikefloat.rtl_gen.neurons.naming import NameGiver
from spikefloat.rtl_gen.verilog.text import VerilogError

__all__ = ["circuit_of_netlist"]

#: How Yosys denotes a net: a number, or a constant as text.
Net = int | str

#: A bit of a word, as synthesis tools call it.
_INDEXED = re.compile(r"([A-Za-z_]\w*)\[(\d+)\]", re.ASCII)

#: High impedance was refused before.
_CONSTANTS: dict[Net, int] = {"0": FALSE, "1": TRUE, "x": FALSE}


class _Port(NamedTuple):
    """A port of the module."""

    name: str
    is_input: bool
    bits: list[Net]


class _Word(NamedTuple):
    """A port of the circuit, and the bits of ports of the module that make it up."""

    name: str
    bits: list[tuple[_Port, int]]
    is_joined: bool = False


def _words(ports: list[_Port]) -> list[_Word]:
    """Return the words that ports make up, in the order of the ports."""
    indexed: dict[tuple[bool, str], dict[int, _Port]] = {}
    for port in ports:
        match = _INDEXED.fullmatch(port.name)
        if match and len(port.bits) == 1:
            indexed.setdefault((port.is_input, match[1]), {})[int(match[2])] = port
    bases = Counter(base for _, base in indexed)
    taken = {port.name for port in ports}
    joined: dict[str, _Word] = {}
    for (_, base), bits in indexed.items():
        # Both directions under one name, or a gap, are no word.
        if bases[base] == 1 and base not in taken and sorted(bits) == list(range(len(bits))):
            word = _Word(base, [(bits[index], 0) for index in range(len(bits))], True)
            joined.update(dict.fromkeys((port.name for port in bits.values()), word))
    words = {
        (word := joined.get(port.name) or _Word(port.name, _bits_of(port))).name: word
        for port in ports
    }
    names = NameGiver()
    # What is an identifier already keeps its name.
    given = {
        name: names.unique(0, _identifier(name))
        for name in sorted(words, key=lambda name: _identifier(name) != name)
    }
    return [word._replace(name=given[name]) for name, word in words.items()]


def _bits_of(port: _Port) -> list[tuple[_Port, int]]:
    return [(port, index) for index in range(len(port.bits))]


def _identifier(name: str) -> str:
    """Return an identifier that looks like a name."""
    if name.isascii() and name.isidentifier():
        return name
    plain = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_")
    return plain if plain.isidentifier() else f"n{plain}"


def circuit_of_netlist(module: dict[str, Any], name: str) -> Circuit:
    """Return a module of a Yosys netlist, made of ANDs and inverters, as a circuit.

    Words of the circuit have the names of the ports; single bits called ``name[0]``, ``name[1]``
    and so on, as synthesis tools write them, are one word, and other names become identifiers.

    Parameters
    ----------
    module : dict
        The module, as Yosys writes it as JSON.
    name : str
        What its source calls it.

    Returns
    -------
    Circuit
        The logic; it says what stands for which port.

    Raises
    ------
    VerilogError
        If the module has anything else, or a loop.
    """
    ports = []
    for port, record in module["ports"].items():
        # Yosys keeps the backslash where the rest could be a name of its own making.
        port = port.removeprefix("\\")
        if record["direction"] == "inout":
            raise VerilogError(f"Port {port!r} of {name} must be an input or an output, not inout")
        ports.append(_Port(port, record["direction"] == "input", record["bits"]))
    for is_input, kind in ((False, "output"), (True, "input")):
        if not any(port.is_input == is_input for port in ports):
            raise VerilogError(f"Module {name} must have at least one {kind}")
    words = _words(ports)
    inputs, outputs = (
        [word for word in words if word.bits[0][0].is_input == is_input]
        for is_input in (True, False)
    )
    input_bits, output_bits = (
        [port.bits[index] for word in side for port, index in word.bits]
        for side in (inputs, outputs)
    )
    aig, literals = _logic(module, name, input_bits, output_bits)
    return Circuit(
        name=_identifier(name),
        inputs=tuple(WordPort(word.name, len(word.bits)) for word in inputs),
        outputs=tuple(WordPort(word.name, len(word.bits)) for word in outputs),
        aig=aig,
        literals=tuple(literals[bit] for bit in output_bits),
        source=_source_module(name, ports, inputs, outputs),
    )


def _source_module(
    name: str, ports: list[_Port], inputs: list[_Word], outputs: list[_Word]
) -> SourceModule:
    position = {
        (port.name, index): number
        for side in (inputs, outputs)
        for number, (port, index) in enumerate(bit for word in side for bit in word.bits)
    }
    return SourceModule(
        name,
        tuple(
            SourcePort(
                port.name,
                port.is_input,
                tuple(position[port.name, index] for index in range(len(port.bits))),
            )
            for port in ports
        ),
        tuple(word.name for word in (*inputs, *outputs) if word.is_joined),
    )


def _logic(
    module: dict[str, Any], name: str, inputs: list[Net], outputs: list[Net]
) -> tuple[Aig, dict[Net, int]]:
    """Return the ANDs between some nets, and the literals of nets."""
    aig = Aig(len(inputs))
    literals: dict[Net, int] = dict(_CONSTANTS)
    for index, bit in enumerate(inputs):
        literals[bit] = aig.input(index)
    drivers: dict[Net, tuple[Net, ...]] = {}
    for cell in module["cells"].values():
        kind, pins = cell["type"], cell["connections"]
        if kind == "$_AND_":
            drivers[pins["Y"][0]] = (pins["A"][0], pins["B"][0])
        elif kind == "$_NOT_":
            drivers[pins["Y"][0]] = (pins["A"][0],)
        elif kind not in ("$scopeinfo", "$check", "$assert", "$assume", "$cover", "$print"):
            raise VerilogError(f"Module {name} must be combinational, not hold a {_plain(kind)}")
    for bit in outputs:
        _resolve(bit, drivers, literals, aig, name)
    return aig, literals


def _resolve(
    root: Net,
    drivers: dict[Net, tuple[Net, ...]],
    literals: dict[Net, int],
    aig: Aig,
    name: str,
) -> None:
    """Make the literal of a net, and of all that it needs."""
    stack = [root]
    open_nets: set[Net] = set()
    while stack:
        net = stack[-1]
        if net in literals:
            stack.pop()
            continue
        operands = drivers.get(net)
        if operands is None:
            literals[net] = FALSE  # nothing drives it
            continue
        missing = [operand for operand in operands if operand not in literals]
        if missing:
            if net in open_nets:
                raise VerilogError(f"Module {name} must be combinational, not hold a loop")
            open_nets.add(net)
            stack.extend(missing)
        elif len(operands) == 1:
            literals[net] = literals[operands[0]] ^ 1
        else:
            literals[net] = aig.and_(literals[operands[0]], literals[operands[1]])


def _plain(kind: str) -> str:
    """Return what a cell that is not combinational is, for a reader."""
    lower = kind.lower()
    if "latch" in lower or "_sr_" in lower:
        return "latch"
    if "dff" in lower or "_ff_" in lower:
        return "register"
    if "mem" in lower:
        return "memory"
    return f"cell {kind}"
