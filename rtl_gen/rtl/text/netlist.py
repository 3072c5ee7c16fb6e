# SPDX-License-Identifier: Apache-2.0
"""From a neuron graph to modules: hierarchy, ports and names, before any text is written.

Each scope of the graph becomes a module, and spikes that cross its edge become ports. Scopes that
turn out the same become one module with several instances.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from os.path import commonprefix

from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.rtl.text.additions import find_sum
from spikefloat.rtl_gen.rtl.text.hierarchy import ScopeTree
from spikefloat.rtl_gen.rtl.text.items import ModuleBody, ModuleClass
from spikefloat.rtl_gen.rtl.text.kinds import parse_kind_name
from spikefloat.rtl_gen.rtl.text.module_builder import ChildModule, Extras, ModuleBuilder
from spikefloat.rtl_gen.rtl.text.names import NamePool, check_identifier
from spikefloat.rtl_gen.rtl.text.nets import Layout

__all__ = ["build_modules"]


def build_modules(
    graph: NeuronGraph,
    top: str,
    *,
    lines: Mapping[int, int] | None = None,
    registers: Mapping[int, int] | None = None,
    controls: Sequence[str] = (),
    in_memory: Collection[int] = (),
    has_additions: bool = False,
) -> list[ModuleClass]:
    """Return the modules of a graph, the top first, each before what it contains.

    Parameters
    ----------
    graph : NeuronGraph
        The circuit.
    top : str
        Name of the top module; the names of the others begin with it.
    lines : mapping of int to int, optional
        Nodes that are no neurons but delays of their one source, and their lengths in clocks.
    registers : mapping of int to int, optional
        Nodes that are no neurons but registers of their one source, and the cuts they belong to.
    controls : sequence of str
        Names of inputs that modules have besides, such as the clock.
    in_memory : collection of int
        Which of the delays are in memories, one for all of the same length.
    has_additions : bool
        Whether a scope that adds two words becomes an addition; see
        :mod:`spikefloat.rtl_gen.rtl.text.additions`.

    Raises
    ------
    ValueError
        If the name of a port cannot be used in Verilog, or is that of a control.
    """
    extras = Extras(lines or {}, registers or {}, controls, in_memory)
    lines, registers = extras.lines, extras.registers
    tree = ScopeTree(graph)
    numbers: dict[ModuleBody, int] = {}
    classes: list[ModuleClass] = []
    of_scope: dict[int, ModuleClass] = {}
    layouts: dict[int, Layout] = {}
    for scope in reversed(tree.order):  # children come before their parents
        children = [
            ChildModule(child, of_scope[child], layouts[child]) for child in tree.children[scope]
        ]
        builder = ModuleBuilder(graph, tree, scope, extras)
        addition = find_sum(graph, tree, scope) if has_additions else None
        body, layouts[scope] = (
            builder.build(children) if addition is None else builder.build_addition(addition)
        )
        number = numbers.setdefault(body, len(classes))
        if number == len(classes):
            neurons = sum(node not in lines and node not in registers for node in tree.local[scope])
            neurons += sum(child.module.neurons for child in children)
            cuts = {registers[node] for node in tree.local[scope] if node in registers}
            cuts.update(cut for child in children for cut in child.module.cuts)
            classes.append(ModuleClass(number, body, neurons, tuple(sorted(cuts))))
        of_scope[scope] = classes[number]
    for scope in tree.order:
        of_scope[scope].paths.append(graph.scopes[scope].path)
    ordered = list({of_scope[scope].number: of_scope[scope] for scope in tree.order}.values())
    _name_modules(
        ordered, top, {graph.scopes[scope].path: entry for scope, entry in of_scope.items()}
    )
    return ordered


def _name_modules(
    classes: list[ModuleClass], top: str, of_path: dict[tuple[str, ...], ModuleClass]
) -> None:
    """Name every module after its scopes, and after what contains it if that is not enough."""
    pool = NamePool()
    wanted = {entry.number: _common_name(entry.paths) for entry in classes}
    count = Counter(wanted.values())
    for entry in classes:  # parents come before children
        path = entry.paths[0]
        leaf = wanted[entry.number]
        if not path:
            entry.name = pool.give(check_identifier(top, "Module name"))
        elif count[leaf] > 1:
            entry.name = pool.give(f"{of_path[path[:-1]].name}_{leaf}")
        else:
            entry.name = pool.give(f"{top}_{leaf}")
        if path and parse_kind_name(entry.name) is not None:
            entry.name = pool.give(f"{entry.name}_scope")  # no neuron, so not called like one


def _common_name(paths: list[tuple[str, ...]]) -> str:
    """Return ``unpack`` for the scopes ``unpack_a`` and ``unpack_b``."""
    leaves = [path[-1] if path else "" for path in paths]
    for length in range(len(commonprefix(leaves)), 0, -1):
        rest = {leaf[length : length + 1] for leaf in leaves}
        if all(not end or end == "_" or end.isdigit() for end in rest):
            return leaves[0][:length].rstrip("_") if len(set(leaves)) > 1 else leaves[0]
    return leaves[0]
