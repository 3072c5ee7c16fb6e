# SPDX-License-Identifier: Apache-2.0
"""The badges of the README: what pyproject.toml says, and nothing that is not looked up there.

``python docs/figures/badges.py`` writes ``badge_*.svg`` beside this file. A test compares them.
"""

import tomllib
from html import escape
from pathlib import Path

__all__ = ["badges"]

_HERE = Path(__file__).resolve().parent

#: Pixels of a character of the font, and beside a text.
_CHARACTER, _MARGIN = 6.6, 8

_BADGE = """\
<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="20" role="img" aria-label="{label}">
<title>{label}</title>
<rect width="{width:.0f}" height="20" rx="3" fill="#333b42"/>
<path d="M{split:.0f} 0h{right:.0f}a3 3 0 0 1 3 3v14a3 3 0 0 1 -3 3h-{right:.0f}z" fill="#00695c"/>
<g fill="#fff" font-family="DejaVu Sans,Verdana,sans-serif" font-size="11" text-anchor="middle">
<text x="{left_middle:.1f}" y="14">{name}</text>
<text x="{right_middle:.1f}" y="14">{value}</text>
</g>
</svg>
"""


def badges() -> dict[str, str]:
    """Return the drawings, by the names of their files."""
    text = (_HERE.parents[1] / "pyproject.toml").read_text(encoding="utf-8")
    project = tomllib.loads(text)["project"]
    told = {
        "version": project["version"],
        "python": project["requires-python"].replace(">=", "") + " or newer",
        "license": project["license"],
    }
    return {f"badge_{name}.svg": _draw(name, value) for name, value in told.items()}


def _draw(name: str, value: str) -> str:
    split, rest = (len(text) * _CHARACTER + 2 * _MARGIN for text in (name, value))
    return _BADGE.format(
        name=escape(name),
        value=escape(value),
        label=escape(f"{name}: {value}"),
        width=split + rest,
        split=split,
        right=rest - 3,
        left_middle=split / 2,
        right_middle=split + rest / 2,
    )


if __name__ == "__main__":
    for file, drawing in badges().items():
        (_HERE / file).write_text(drawing, encoding="utf-8")
