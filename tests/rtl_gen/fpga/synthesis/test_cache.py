# SPDX-License-Identifier: Apache-2.0
"""Results are found again by what they were made of, and by nothing less."""

from pathlib import Path

import pytest

from spikefloat.rtl_gen.fpga.synthesis.cache import CACHE_VARIABLE, Cache, default_cache_folder

KEY = {"verilog": "module m; endmodule", "seed": 1}


def test_kept_result_is_found(tmp_path: Path) -> None:
    Cache(tmp_path).keep(KEY, {"fmax": 100.5})
    assert Cache(tmp_path).find(dict(reversed(KEY.items()))) == {"fmax": 100.5}


@pytest.mark.parametrize("change", [{"verilog": "module n; endmodule"}, {"seed": 2}, {"more": 1}])
def test_other_key_is_not_found(tmp_path: Path, change: dict) -> None:
    cache = Cache(tmp_path)
    cache.keep(KEY, 1)
    assert cache.find({**KEY, **change}) is None


def test_broken_file_is_not_found_and_made_again(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.keep(KEY, 1)
    (path,) = tmp_path.rglob("*.json")
    path.write_text("{")
    assert cache.find(KEY) is None
    cache.keep(KEY, 2)
    assert cache.find(KEY) == 2


def test_nothing_else_is_left(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    with pytest.raises(TypeError, match="not JSON serializable"):
        cache.keep(KEY, object())
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_without_folder_nothing_is_kept() -> None:
    cache = Cache(None)
    cache.keep(KEY, 1)
    assert cache.find(KEY) is None


def test_default_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(CACHE_VARIABLE, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_cache_folder() == tmp_path / "spikefloat" / "synth"
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "mine"))
    assert default_cache_folder() == tmp_path / "mine"
