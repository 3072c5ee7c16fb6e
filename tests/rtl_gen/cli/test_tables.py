# SPDX-License-Identifier: Apache-2.0
"""Tables for a reader: no column is cut off where there is no terminal."""

import pytest

from spikefloat.rtl_gen.cli.tables import Table, cell_text, print_table


def test_wide_table_has_all_of_its_last_column(capsys: pytest.CaptureFixture[str]) -> None:
    """Headings of two words stand on two lines where one line has no room for them."""
    names = ["a_long_name_of_a_module", *(f"figure{place}" for place in range(8)), "fmax_mhz"]
    rows = [
        {name: 46 + place for name in names} | {"a_long_name_of_a_module": "multiply" * 3}
        for place in range(2)
    ]
    print_table(Table(title="T", columns=names, rows=rows, keep=names), is_wide=False)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[-1] for line in lines if "multiply" in line] == ["46", "47"]
    assert max(map(len, lines)) > 80
    heading = next(number for number, line in enumerate(lines) if "figure0" in line)
    assert lines[heading].split()[-1] == "mhz"
    # With room, they do not.
    print_table(Table(title="T", columns=["fmax_mhz"], rows=rows, keep=names), is_wide=False)
    assert "fmax mhz" in capsys.readouterr().out


def test_numbers_have_powers_of_ten_only_where_no_one_would_write_them_out() -> None:
    shown = [cell_text("energy_low_fj", value) for value in (0.034567, 34.12, 3014137.2, 2e12, 206)]
    assert shown == ["0.0346", "34.1", "3,014,137", "2e+12", "206"]
