# SPDX-License-Identifier: Apache-2.0
"""Neuron graphs from files, as :mod:`~spikefloat.rtl_gen.neurons.graph_text` describes them."""

import json
import os
from typing import Any

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.files import read_text
from spikefloat.rtl_gen.neurons.graph import Neuron, NeuronGraph, Port, Scope
from spikefloat.rtl_gen.neurons.graph_text import FORMAT, VERSION, checksum
from spikefloat.rtl_gen.neurons.naming import NameGiver, check_name

__all__ = ["GraphFileError", "load_graph", "load_with_history", "parse_graph"]

_PORT = (str, [int])

#: Members but the checksum, each with its shape.
_SHAPES: dict[str, Any] = {
    "format": str,
    "version": int,
    "name": str,
    "inputs": [(str, int)],
    "scopes": [([str], [_PORT])],
    "neurons": [([int], [int], int), ([int], [int], int, int, str)],
    "outputs": [_PORT],
}

#: A member that is there if a search wrote the file.
_HISTORY = "history"

#: Most input bits, so that a wrong width does not use up the memory.
_MAX_INPUT_BITS = 1 << 20

#: Largest magnitude of a weight or a threshold: what a floating-point number holds exactly.
_LARGEST = 1 << 53


class GraphFileError(InputError):
    """A file does not hold a neuron graph."""


def load_graph(path: str | os.PathLike[str]) -> NeuronGraph:
    """Return the graph of a file that :meth:`NeuronGraph.save` wrote.

    Raises
    ------
    GraphFileError
        If the file cannot be read, or is not a graph, of another version, or damaged.
    """
    return load_with_history(path)[0]


def load_with_history(path: str | os.PathLike[str]) -> tuple[NeuronGraph, tuple[str, ...]]:
    """Return the graph of a file, and the commands that found it, in their order; often none.

    Raises
    ------
    GraphFileError
        As for :func:`load_graph`.
    """
    what = f"Circuit file {os.fspath(path)!r}"
    members = _members(read_text(path), what)
    return _described(members, what), tuple(members.get(_HISTORY, ()))


def parse_graph(text: str, what: str = "Circuit file") -> NeuronGraph:
    """Return the graph of the content of a file.

    Parameters
    ----------
    text : str
        The content.
    what : str
        What to call the file in the message of an error.

    Raises
    ------
    GraphFileError
        If the content is not a graph, of another version, or damaged.
    """
    return _described(_members(text, what), what)


def _described(members: dict[str, Any], what: str) -> NeuronGraph:
    """Return the graph that the members of a file describe."""
    try:
        return _graph(members)
    except InputError as error:
        raise GraphFileError(f"{what} must describe a graph of neurons: {error}") from None


def _members(text: str, what: str) -> dict[str, Any]:
    """Return the members of a file but its checksum, each of the right shape."""
    try:
        members = json.loads(text)
    except (ValueError, RecursionError):
        raise GraphFileError(f"{what} must be JSON, not another format or damaged") from None
    if not isinstance(members, dict) or members.get("format") != FORMAT:
        raise GraphFileError(f"{what} must be of the format {FORMAT!r}, not of another one")
    if members.get("version") != VERSION:
        raise GraphFileError(
            f"{what} must be of version {VERSION}, not {members.get('version')!r}: read it with "
            "the spikefloat that wrote it"
        )
    shapes = _SHAPES | ({_HISTORY: [str]} if _HISTORY in members else {})
    if list(members) != [*shapes, "sha256"]:
        raise GraphFileError(
            f"{what} must have the members {', '.join(_SHAPES)} and sha256, "
            f"not {', '.join(members)}"
        )
    given = members.pop("sha256")
    if given != (actual := checksum(members)):
        raise GraphFileError(
            f"{what} must be unchanged since it was saved: its SHA-256 must be {given}, "
            f"not {actual}"
        )
    for name, shape in shapes.items():
        if not _has_shape(members[name], shape):
            raise GraphFileError(f"{what} must have {name} as they are saved, not of another shape")
    if not all(text.isprintable() for text in members.get(_HISTORY, ())):
        raise GraphFileError(f"{what} must have a history of single lines, not of other text")
    return members


def _has_shape(value: Any, shape: Any) -> bool:
    """Return whether a value is of a type, a list of one shape, or a tuple of one shape each."""
    if isinstance(shape, type):
        return type(value) is shape  # JSON has true and false, which Python takes for integers
    if not isinstance(value, list):
        return False
    if isinstance(shape, list):
        return all(any(_has_shape(item, one) for one in shape) for item in value)
    return len(value) == len(shape) and all(map(_has_shape, value, shape))


def _graph(members: dict[str, Any]) -> NeuronGraph:
    """Return the graph of members of the right shape."""
    _check_name(members["name"], "Circuit name")
    inputs, count = [], 0
    for name, width in members["inputs"]:
        _check_name(name, "Input name")
        if not 1 <= width <= _MAX_INPUT_BITS - count:
            raise InputError(
                f"Width of input {name!r} must be from 1 to {_MAX_INPUT_BITS - count}, not {width}"
            )
        inputs.append(Port(name, tuple(range(count, count + width))))
        count += width
    total = count + len(members["neurons"])
    scopes = _scopes(members["scopes"], total)
    neurons = _neurons(members["neurons"], count, len(scopes))
    outputs = tuple(_port(entry, "Output", 0, total) for entry in members["outputs"])
    if not outputs or not all(port.nodes for port in outputs):
        raise InputError("Circuit must have outputs of at least one bit, not of none")
    ports = [port.name for port in (*inputs, *outputs)]
    if len(set(ports)) != len(ports):
        raise InputError(f"Port names must be unique, not {', '.join(ports)}")
    return NeuronGraph(
        name=members["name"],
        inputs=tuple(inputs),
        outputs=outputs,
        neurons=neurons,
        scopes=scopes,
    )


def _neurons(entries: list[Any], first: int, scopes: int) -> tuple[Neuron, ...]:
    names, neurons = NameGiver(), []
    for number, entry in enumerate(entries, first):
        sources, weights, threshold, scope, name = (
            entry if len(entry) == 5 else (*entry, 0, names.unique(0, "n"))
        )
        if not all(0 <= source < number for source in sources):
            raise InputError(f"Sources of neuron {number} must be earlier nodes, not {sources}")
        if len(weights) != len(sources) or not all(weights):
            raise InputError(
                f"Weights of neuron {number} must be {len(sources)} other than 0, not {weights}"
            )
        if any(abs(value) > _LARGEST for value in (*weights, threshold)):
            raise InputError(f"Weights of neuron {number} must be at most {_LARGEST}, not larger")
        if not 0 <= scope < scopes:
            raise InputError(
                f"Scope of neuron {number} must be from 0 to {scopes - 1}, not {scope}"
            )
        neurons.append(Neuron(tuple(sources), tuple(weights), threshold, scope, name))
    if len({(neuron.scope, neuron.name) for neuron in neurons}) != len(neurons):
        raise InputError("Neurons of a scope must have names of their own, not one twice")
    return tuple(neurons)


def _scopes(entries: list[Any], total: int) -> tuple[Scope, ...]:
    scopes: dict[tuple[str, ...], Scope] = {}
    for path, ports in entries:
        place = tuple(path)
        for name in place:
            _check_name(name, "Scope name")
        if place in scopes or (place[:-1] not in scopes if scopes else place):
            raise InputError(
                f"Scope must come once, after the one that holds it, not as {'/'.join(place)!r}"
            )
        scopes[place] = Scope(place, tuple(_port(entry, "Word", -1, total) for entry in ports))
    if not scopes:
        raise InputError("Scopes must begin with the whole circuit, not be none")
    return tuple(scopes.values())


def _port(entry: Any, what: str, least: int, total: int) -> Port:
    name, nodes = entry
    _check_name(name, f"{what} name")
    if not all(least <= node < total for node in nodes):
        raise InputError(f"Nodes of {name!r} must be from {least} to {total - 1}, not {nodes}")
    return Port(name, tuple(nodes))


def _check_name(name: str, what: str) -> None:
    try:
        check_name(name, what)
    except ValueError as error:
        raise InputError(str(error)) from None
