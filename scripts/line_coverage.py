# SPDX-License-Identifier: Apache-2.0
"""Print how many lines of each folder the tests ran, and fail if they are too few in all.

python scripts/line_coverage.py build/coverage.json 90
"""

import json
import sys
from collections import Counter
from pathlib import Path

__all__ = ["folders", "main"]


def folders(counted: dict[str, dict[str, list[int]]]) -> dict[str, tuple[int, int]]:
    """Return lines that ran, and all lines, of each folder and of its folders, two levels deep.

    Parameters
    ----------
    counted : dict
        Of each file ``executed_lines`` and ``missing_lines``.
    """
    ran: Counter[str] = Counter()
    lines: Counter[str] = Counter()
    for file, found in counted.items():
        folder = "/".join(Path(file).parts[:-1][:2])
        ran[folder] += len(found["executed_lines"])
        lines[folder] += len(found["executed_lines"]) + len(found["missing_lines"])
    return {folder: (ran[folder], lines[folder]) for folder in sorted(lines)}


def main(arguments: list[str]) -> int:
    """Print the table of a file that SlipCover wrote; 1 if there is less than the least percent."""
    file, least = Path(arguments[0]), float(arguments[1])
    rows = folders(json.loads(file.read_text(encoding="utf-8"))["files"])
    for folder, (ran, lines) in rows.items():
        print(f"{folder:24} {ran:6,} of {lines:6,} lines, {ran / max(lines, 1):.1%}")
    ran, lines = (sum(row[place] for row in rows.values()) for place in (0, 1))
    percent = 100 * ran / max(lines, 1)
    print(f"{'in all':24} {ran:6,} of {lines:6,} lines, {percent:.1f}%")
    if percent < least:
        print(f"Lines that tests run must be at least {least:g} % of all", file=sys.stderr)
    return int(percent < least)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
