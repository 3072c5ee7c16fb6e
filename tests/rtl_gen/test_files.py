# SPDX-License-Identifier: Apache-2.0
"""Reading and writing what a user names: whole or not at all, and a sentence if refused."""

import json
import re
import tempfile
from pathlib import Path

import pytest

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.files import (
    make_folder,
    read_bytes,
    read_json,
    read_text,
    temporary_folder,
    write_file,
    write_files,
)


def refused(message: str) -> pytest.RaisesExc[InputError]:
    return pytest.raises(InputError, match=f"^{re.escape(message)}$")


def test_write_files(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    files = {"one.v": "module one;\nendmodule\n", "two.v": "\u00b5\n"}
    assert write_files(folder, files) == [folder / "one.v", folder / "two.v"]
    assert {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()} == files
    write_files(folder, {"one.v": "new\n"})
    assert (folder / "one.v").read_bytes() == b"new\n"


def test_unwritable_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("old")
    folder = tmp_path / "file" / "folder"
    with refused(f"Cannot write to folder '{folder}': Not a directory"):
        write_files(folder, {"one.v": "text"})
    with refused(f"Cannot write to folder '{tmp_path / 'file'}': File exists"):
        write_files(tmp_path / "file", {"one.v": "text"})
    with refused(f"Cannot write to folder '{tmp_path / 'file'}': File exists"):
        make_folder(tmp_path / "file")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_text() == "old"


def test_failure_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "two.v").mkdir()
    with refused(f"Cannot write '{tmp_path / 'two.v'}': Is a directory"):
        write_files(tmp_path, {"one.v": "text", "two.v": "text"})
    assert [path.name for path in tmp_path.iterdir()] == ["two.v"]


def test_interruption_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(path: Path, data: bytes) -> int:
        path.touch()
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "write_bytes", stop)
    with pytest.raises(KeyboardInterrupt):
        write_files(tmp_path, {"one.v": "text"})
    assert list(tmp_path.iterdir()) == []


def test_write_file(tmp_path: Path) -> None:
    assert write_file(tmp_path / "a" / "b.bin", b"\0") == tmp_path / "a" / "b.bin"
    assert (tmp_path / "a" / "b.bin").read_bytes() == b"\0"
    with refused("Output must be the name of a file, not '.'"):
        write_file(".", "text")


def test_read(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"\xef\xbb\xbfone\r\ntwo\n")
    assert read_text(path) == "one\ntwo\n"
    assert read_bytes(path).endswith(b"two\n")
    path.write_text(json.dumps({"a": [1]}))
    assert read_json(path, "Results") == {"a": [1]}


def test_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with refused(f"Cannot read '{path}': No such file or directory"):
        read_bytes(path)
    with refused(f"Cannot read '{tmp_path}': Is a directory"):
        read_text(tmp_path)
    path.write_bytes(b"ab\xff")
    with refused(f"File must be text in UTF-8, not '{path}', which has another byte at position 2"):
        read_text(path)
    for text in ("{", "", "[" * 100_000):
        path.write_text(text)
        with refused(f"Results must be JSON, not '{path}'"):
            read_json(path, "Results")


def test_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with temporary_folder() as folder:
        (folder / "file").touch()
        assert folder.parent == tmp_path.resolve()
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(PermissionError), temporary_folder():
        raise PermissionError
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    with pytest.raises(InputError, match=r"^Cannot make a temporary folder: No such file"):
        with temporary_folder():
            pass
