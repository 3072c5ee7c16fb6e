# SPDX-License-Identifier: Apache-2.0
"""Draw who imports whom: rooms, arrows between them, and circles among modules.

A room is a folder. Run it as ``python scripts/import_graph.py [--mermaid] [PACKAGE...]``; packages
must be importable, by default ``spikefloat``. The drawing is Mermaid, which GitHub and most editors
show as a picture.
"""

import argparse
from collections import Counter
from collections.abc import Sequence

import grimp
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

__all__ = ["arrows", "circles", "main", "room"]


def room(module: str, is_package: bool) -> str:
    """Return the room of a module: the package it stands in."""
    return module if is_package else module.rpartition(".")[0]


def arrows(graph: grimp.ImportGraph) -> Counter[tuple[str, str]]:
    """Return how many imports lead from one room to another."""
    result: Counter[tuple[str, str]] = Counter()
    for importer in graph.modules:
        here = room(importer, bool(graph.find_children(importer)))
        for imported in graph.find_modules_directly_imported_by(importer):
            there = room(imported, bool(graph.find_children(imported)))
            if here != there:
                result[here, there] += 1
    return result


def circles(edges: Sequence[tuple[str, str]]) -> list[list[str]]:
    """Return the groups of names that reach each other in both directions."""
    names = sorted({name for edge in edges for name in edge})
    number = {name: index for index, name in enumerate(names)}
    rows, columns = ([number[edge[side]] for edge in edges] for side in (0, 1))
    matrix = coo_array(([1] * len(edges), (rows, columns)), (len(names), len(names)))
    _, labels = connected_components(matrix, directed=True, connection="strong")
    groups: dict[int, list[str]] = {}
    for name, label in zip(names, labels.tolist(), strict=True):
        groups.setdefault(label, []).append(name)
    return [group for group in groups.values() if len(group) > 1]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the graph."""
    parser = argparse.ArgumentParser(description="Draw who imports whom.")
    parser.add_argument("packages", metavar="PACKAGE", nargs="*", default=["spikefloat"])
    parser.add_argument("--mermaid", action="store_true", help="print the drawing, not the table")
    options = parser.parse_args(arguments)
    first, *others = options.packages or ["spikefloat"]
    graph = grimp.build_graph(first, *others, exclude_type_checking_imports=True)
    edges = arrows(graph)
    if options.mermaid:
        print("flowchart TD")
        for (importer, imported), count in sorted(edges.items()):
            print(f"    {importer} -- {count} --> {imported}")
        return
    rooms = Counter(room(name, bool(graph.find_children(name))) for name in graph.modules)
    modules = [
        (name, imported)
        for name in graph.modules
        for imported in graph.find_modules_directly_imported_by(name)
    ]
    print(f"modules {len(graph.modules)}, rooms {len(rooms)}, arrows between rooms {len(edges)}")
    print(f"circles of rooms {circles(list(edges))}")
    print(f"circles of modules {circles(modules)}")
    print(f"most modules in a room {max(rooms.values())}: {rooms.most_common(5)}")


if __name__ == "__main__":
    main()
