# SPDX-License-Identifier: Apache-2.0
"""Tables of published devices: what their sources say, and what that means for the circuits."""

from made.common import DESIGNS, kept, lines, made, run
from made.devices import kind, name, percent, units
from spikefloat.sim.devices.presets import PRESETS

#: Femtojoules in a picojoule.
_PICO = 1000


@made
def published_devices() -> str:
    rows = [
        [
            f"`{preset.name}`",
            preset.summary,
            "; ".join(figure.text for figure in preset.figures) or "-",
            f"{preset.source}. {preset.note}." if preset.note else f"{preset.source}.",
        ]
        for preset in PRESETS.values()
    ]
    return lines(["device", "what it is", "figures", "source and remarks"], rows)


@made
def device_budgets() -> str:
    results = {(*kind(row), row["device"]): row for row in kept("presets")}
    devices = [preset.name for preset in PRESETS.values() if preset.knobs.get("weight_mismatch")]
    assert {device for _, _, device in results} == set(devices)
    designs = "multiply,add --library all --budget w1,w2,w8,free --objective neurons"
    margins = {kind(row): row["relative_margin"] for row in run(f"stats {designs}")}
    spreads = [
        f"{device}, {100 * PRESETS[device].knobs['weight_mismatch']:.2g} %" for device in devices
    ]

    def cell(row: dict[str, str]) -> str:
        return "100" if row["exact"] == row["trials"] else percent(float(row["exact_rate"]))

    return lines(
        ["design", "no weight may be off by more than, in %", *spreads],
        [
            [
                name(key),
                f"{100 * margins[key]:.3g}",
                *(cell(results[*key, device]) for device in devices),
            ]
            for key in units()
        ],
        right=True,
    )


def picojoules(energy: float) -> str:
    """Return an energy in femtojoules with three digits, or all before the point."""
    value = energy / _PICO
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


@made
def device_energy() -> str:
    able = [preset.name for preset in PRESETS.values() if preset.has_energy]
    rows = run(f"stats {','.join(DESIGNS)} --objective neurons --energy {','.join(able)}")
    found = {(row["design"], row["energy_device"]): row for row in rows}

    def cell(row: dict[str, float | None]) -> str:
        low, high = (
            None if value is None else picojoules(value)
            for value in (row["energy_low_fj"], row["energy_high_fj"])
        )
        if high is None:
            return f"at least {low}"
        return high if low == high else f"{low} to {high}"

    return lines(
        ["device", *(f"{title}, pJ" for title in DESIGNS.values()), "counted"],
        [
            [
                f"`{device}`",
                *(cell(found[design, device]) for design in DESIGNS),
                ", ".join(found["multiply", device]["energy_counts"]).replace("_", " "),
            ]
            for device in able
        ],
    )
