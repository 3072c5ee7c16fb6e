# SPDX-License-Identifier: Apache-2.0
"""Proofs of whole designs: what is proved, what is wrong, and what is kept."""

from dataclasses import replace
from pathlib import Path

import pytest

from spikefloat.rtl_gen.checks.proving.plan import MOST_INPUTS, Method, method_of
from spikefloat.rtl_gen.checks.proving.prove import kept_as, prove
from spikefloat.rtl_gen.designs.hardware import Hardware
from spikefloat.rtl_gen.designs.header import design_hardware
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.fpga.synthesis.cache import Cache
from tests.helpers.proving import faulty

pytestmark = pytest.mark.tool


@pytest.mark.parametrize(
    ("hardware", "registers"),
    [({"stages": 1}, "1 registers"), ({"style": "spiking"}, "21 registers, while rst is low")],
)
def test_every_pattern_of_a_pipeline(hardware: dict[str, object], registers: str) -> None:
    outcome = prove(make_instance("multiply", format="e2m1fn", flags="after", **hardware))  # type: ignore[arg-type]
    assert outcome.result == "proved"
    assert [lemma.what for lemma in outcome.lemmas] == [
        f"every path from operand to result has {registers}",
        "the netlist is the golden model",
    ]
    assert outcome.lemmas[1].method == "all 256 input patterns"
    assert outcome.nodes > 50


def test_a_fault_that_every_pattern_shows() -> None:
    instance = make_instance("add", format="e2m1fn")
    outcome = prove(instance, hardware=faulty(design_hardware(instance), "round"))
    assert outcome.result == "wrong"
    assert outcome.counterexample is not None
    example = outcome.counterexample
    assert set(example.operands) == {"a", "b"}
    assert example.found != example.expected


@pytest.mark.parametrize("hardware", [{"stages": 1}, {"style": "spiking"}])
def test_a_fault_in_a_pipeline_is_no_other_circuit(hardware: dict[str, object]) -> None:
    """Its registers are right, its logic is not what was proved; the golden model says so."""
    instance = make_instance("less", format="bfloat16", **hardware)  # type: ignore[arg-type]
    outcome = prove(instance, hardware=faulty(design_hardware(instance), None))
    assert outcome.result == "wrong"
    assert outcome.reason == "it is not so that without registers it is what was proved"
    assert outcome.counterexample is not None


def test_a_delay_line_that_is_too_short() -> None:
    instance = make_instance("less", format="bfloat16", style="spiking")
    hardware = design_hardware(instance)
    short = hardware.verilog.replace("LENGTH(15)", "LENGTH(14)", 1)
    assert short != hardware.verilog
    outcome = prove(instance, hardware=replace(hardware, verilog=short))
    assert outcome.result == "wrong"
    assert outcome.reason == "paths of 14 and 15 registers meet"


@pytest.mark.slow
@pytest.mark.parametrize("scope", ["significand_product", "normalize", "round"])
def test_faults_in_parts_of_a_multiplier(scope: str) -> None:
    """In the Verilog: one lemma does not hold, and there are operands that the golden model judges."""
    instance = make_instance("multiply", format="bfloat16")
    outcome = prove(instance, hardware=faulty(design_hardware(instance), scope))
    assert outcome.result == "wrong"
    rows = scope == "significand_product"
    what = (
        "the product of the significands is that of integers"
        if rows
        else "behind any product the netlist is the float theory"
    )
    assert outcome.reason == f"it is not so that {what}"
    assert len(outcome.lemmas) == (0 if rows else 1)
    assert outcome.counterexample is not None
    assert outcome.counterexample.found != outcome.counterexample.expected


def test_proofs_are_kept_by_the_netlist(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    instance = make_instance("less", format="bfloat16")
    first = prove(instance, cache=cache)
    assert (first.result, first.is_kept) == ("proved", False)
    again = prove(instance, cache=cache)
    assert again == first
    assert again.is_kept
    broken = prove(instance, cache=cache, hardware=faulty(design_hardware(instance), None))
    assert (broken.result, broken.is_kept) == ("wrong", False)
    assert len(list(tmp_path.rglob("*.json"))) == 1


def test_the_key_is_all_that_decides() -> None:
    instance = make_instance("add", format="bfloat16")
    hardware = design_hardware(instance)
    keys = [
        kept_as(instance, hardware),
        kept_as(instance, faulty(hardware, "round")),
        kept_as(make_instance("subtract", format="bfloat16"), hardware),
        kept_as(make_instance("add", format="binary16"), hardware),
        kept_as(make_instance("add", format="bfloat16", rounding="rup"), hardware),
        kept_as(make_instance("add", format="bfloat16", style="spiking"), hardware),
        kept_as(instance, replace(hardware, latency=1)),
    ]
    assert all(keys.count(key) == 1 for key in keys)


def test_the_time_is_over_while_yosys_reads() -> None:
    outcome = prove(make_instance("multiply", format="binary64"), timeout=0.5)
    assert (outcome.result, outcome.lemmas) == ("not decided", ())
    assert outcome.reason == "the time limit of 0.5 s is reached"
    assert outcome.seconds < 30


def test_the_time_is_over() -> None:
    outcome = prove(make_instance("less", format="bfloat16"), timeout=0)
    assert (outcome.result, outcome.lemmas) == ("not decided", ())
    assert outcome.reason == "the time limit of 0 s is reached"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"name": "fma", "format": "binary16"}, f"more than {MOST_INPUTS} there are multiply"),
        ({"name": "add", "format": "binary16", "flags": "after"}, "the solver has no flags"),
        ({"name": "add", "format": "binary16", "rounding": "odd"}, "rounds rne, .*, not odd"),
        ({"name": "add", "format": "binary16", "overflow": "saturate"}, "has no saturation"),
        (
            {"name": "convert", "format": "binary32", "to": "e4m3fn"},
            "no format such as e4m3fn",
        ),
        ({"name": "add", "format": "e4m3fn", "style": "temporal"}, "not --style temporal"),
        (
            {"name": "add", "format": "e4m3fn", "style": "spiking", "residue": "hard"},
            "every membrane discharged and .*, not --residue hard",
        ),
        (
            {"name": "add", "format": "e4m3fn", "style": "spiking", "delays": "memory"},
            "delays in registers, .*, not --delays memory",
        ),
        ({"name": "add", "format": "e4m3fn", "is_stream": True}, "without streams, not --stream"),
        ({"name": "dot", "format": "e4m3fn", "length": 2}, "an operation on floats, not dot"),
    ],
)
def test_what_cannot_be_proved(options: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        prove(make_instance(options.pop("name"), **options))  # type: ignore[arg-type]


def test_methods() -> None:
    for name, fmt, method in (
        ("fma", "e4m3fn", Method.EVERY_PATTERN),
        ("square_root", "binary16", Method.EVERY_PATTERN),
        ("multiply", "tf32", Method.PRODUCT),
        ("subtract", "binary64", Method.THEORY),
    ):
        assert method_of(make_instance(name, format=fmt)) is method


def test_digits_that_no_wire_has() -> None:
    """A mode that cuts off reads neither the last digit nor what is left over."""
    outcome = prove(make_instance("divide", format="bfloat16", rounding="rtz"))
    assert outcome.result == "proved"
    assert "9 output bits" in outcome.lemmas[0].method


@pytest.mark.parametrize("options", [{"library": "published"}, {"backend": "amaranth"}])
def test_a_netlist_without_the_wires_that_are_cut(options: dict[str, str]) -> None:
    """It is compared with one that has them, and was proved."""
    instance = make_instance("divide", format="bfloat16", **options)  # type: ignore[arg-type]
    outcome = prove(instance)
    assert outcome.result == "proved"
    assert [lemma.what for lemma in outcome.lemmas] == [
        "the quotient of the significands is that of integers",
        "behind any quotient the netlist is the float theory",
        "printed, in native gates, it is what was proved",
    ]


@pytest.mark.slow
def test_parts_of_what_is_kept() -> None:
    """docs/data/proofs.csv, proved again: a pipeline of a product, a product, a quotient, a conversion."""
    for options in (
        {"name": "multiply", "format": "bfloat16", "stages": 2},
        {"name": "multiply", "format": "binary16", "rounding": "rdn"},
        {"name": "divide", "format": "binary32", "style": "spiking"},
        {"name": "convert", "format": "binary32", "to": "bfloat16"},
    ):
        name = str(options.pop("name"))
        assert prove(make_instance(name, **options)).result == "proved"  # type: ignore[arg-type]


def test_faulty_is_another_circuit() -> None:
    hardware = design_hardware(make_instance("add", format="e2m1fn"))
    changed: Hardware = faulty(hardware, "round")
    assert changed.verilog != hardware.verilog
    assert changed.ports == hardware.ports
