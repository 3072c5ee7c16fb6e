# SPDX-License-Identifier: Apache-2.0
"""The declaration of P3109 is up to date, and what it declares can be made."""

import yaml

from scripts import p3109
from spikefloat.rtl_gen.designs.catalog import CATALOGUE
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.formats import find_format, overflow_policies
from tests.helpers.paths import ROOT

PATH = ROOT / "docs/p3109.yaml"


def test_is_up_to_date(capsys):
    p3109.main()
    assert capsys.readouterr().out == PATH.read_text(encoding="utf-8")


def test_everything_can_be_made():
    """Each operation in each of its formats; with each rounding and saturation in one of them."""
    declared = yaml.safe_load(PATH.read_text(encoding="utf-8"))
    groups = declared["groups"]
    assert {"binary8p3se", "binary8p4se", "binary4p2sf", "binary16"} <= {*groups["arithmetic"]}
    assert len(groups["conversion"]) == 2 * sum(2 * width - 1 for width in range(3, 9)) + 3
    assert declared["kappa"] == 0
    for one in declared["configurations"]:
        for name in groups[one["formats"]]:
            possible = CATALOGUE[one["design"]].works_for(find_format(name))
            assert possible == (name not in one.get("without", ())), (one, name)
        if one.get("roundings") != "all":
            continue
        for mode in declared["roundings"].values():
            for policy in declared["saturations"].values():
                to = "binary8p4se" if one["design"] == "convert" else None
                instance = make_instance(
                    one["design"], format="binary8p3se", to=to, rounding=mode, overflow=policy
                )
                assert instance.circuit.overflow.value == policy
    own = find_format("binary8p4se")
    assert [p.value for p in overflow_policies(own)] == [*declared["saturations"].values()]
    assert not {name.lower() for name in declared["missing"]} & {
        name.replace("_", "") for name in CATALOGUE
    }
