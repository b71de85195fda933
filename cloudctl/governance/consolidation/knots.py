"""Which systems need each other in a circle, and so can only move together.

>>> knots([[1], [2], [1], []])          # 0 needs 1; 1 and 2 need each other; 3 stands alone
[[1, 2], [0], [3]]
"""

from __future__ import annotations

from collections.abc import Sequence


def knots(needs: Sequence[Sequence[int]]) -> list[list[int]]:
    """The strongly connected parts of a graph (Tarjan's algorithm, without recursion), what is needed first.

    `needs[n]` are the nodes that node n needs. The members of a knot are in ascending order. Time and space are linear
    in nodes and edges.
    """
    seen = [-1] * len(needs)  # in which order a node was met
    lowest = [0] * len(needs)  # the earliest node on the path that it leads back to
    on_path = [False] * len(needs)
    path: list[int] = []
    found: list[list[int]] = []
    met = 0
    for root in range(len(needs)):
        if seen[root] >= 0:
            continue
        open_nodes = [(root, iter(needs[root]))]
        seen[root] = lowest[root] = met
        met += 1
        path.append(root)
        on_path[root] = True
        while open_nodes:
            node, rest = open_nodes[-1]
            for needed in rest:
                if seen[needed] < 0:
                    seen[needed] = lowest[needed] = met
                    met += 1
                    path.append(needed)
                    on_path[needed] = True
                    open_nodes.append((needed, iter(needs[needed])))
                    break
                if on_path[needed]:
                    lowest[node] = min(lowest[node], seen[needed])
            else:
                open_nodes.pop()
                if open_nodes:
                    above = open_nodes[-1][0]
                    lowest[above] = min(lowest[above], lowest[node])
                if lowest[node] == seen[node]:
                    found.append(_taken_off(path, on_path, node))
    return found


def _taken_off(path: list[int], on_path: list[bool], node: int) -> list[int]:
    """The end of the path from `node` on, which is a knot."""
    at = len(path) - 1
    while path[at] != node:
        at -= 1
    knot = path[at:]
    del path[at:]
    for member in knot:
        on_path[member] = False
    return sorted(knot)
