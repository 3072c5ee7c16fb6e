# SPDX-License-Identifier: Apache-2.0
"""The comparison of all circuits for an operation."""

import pytest

from spikefloat.rtl_gen.designs.catalog import find_design
from spikefloat.rtl_gen.designs.exploration import RELEASE, Point, explore
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.neurons.budgets import BUDGETS
from spikefloat.rtl_gen.neurons.metrics import measure


@pytest.fixture(scope="module", params=["multiply", "add"])
def points(request: pytest.FixtureRequest) -> tuple[str, list[Point]]:
    return request.param, explore(find_design(request.param))


def test_figures_are_those_of_stats(points: tuple[str, list[Point]]) -> None:
    name, found = points
    for budget in BUDGETS:
        for objective in ("neurons", "depth"):
            expected = measure(make_instance(name, budget=budget, objective=objective).graph)
            (point,) = [p for p in found if f"{budget}/{objective}" in p.chosen_for]
            assert point.metrics == expected


def test_published_and_release_are_there(points: tuple[str, list[Point]]) -> None:
    name, found = points
    (published,) = [p for p in found if p.library == "published" and p.metrics]
    assert published.metrics == measure(make_instance(name, library="published").graph)
    (release,) = [p for p in found if p.source == "release"]
    assert (release.neurons, release.depth) == RELEASE[name]
    assert release.as_dict()["origin"] == "code release of arXiv 2512.07724"


def test_pareto_points_are_not_beaten(points: tuple[str, list[Point]]) -> None:
    _, found = points
    native = [p for p in found if p.library == "native"]
    for point in native:
        better = [
            other
            for other in native
            if BUDGETS[other.budget].is_within(BUDGETS[point.budget])
            and other.neurons <= point.neurons
            and other.depth <= point.depth
            and other != point
        ]
        assert point.is_pareto is (not better)
    assert sum(point.is_pareto for point in native) >= 4


def test_scopes_add_up(points: tuple[str, list[Point]]) -> None:
    _, found = points
    for point in found:
        if point.metrics is not None:
            assert sum(point.scopes.values()) == point.neurons


def test_another_format_has_no_release() -> None:
    found = explore(find_design("multiply"), "e5m2", "saturate")
    assert {p.source for p in found} >= {"structured", "two_deep"}
    assert "release" not in {p.source for p in found}
