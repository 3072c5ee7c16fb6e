# SPDX-License-Identifier: Apache-2.0
"""Names that are safe in Verilog: no keyword, no name twice."""

import re

from spikefloat.rtl_gen.errors import InputError

__all__ = ["KEYWORDS", "Label", "NamePool", "check_identifier", "split_index"]

# Verilog files are also read as SystemVerilog, and their names end up in C++ and in waveforms, so
# the words of all three languages are avoided.
_VERILOG = """
always and assign automatic begin buf bufif0 bufif1 case casex casez cell cmos config deassign
default defparam design disable edge else end endcase endconfig endfunction endgenerate endmodule
endprimitive endspecify endtable endtask event for force forever fork function generate genvar
highz0 highz1 if ifnone incdir include initial inout input instance integer join large liblist
library localparam macromodule medium module nand negedge nmos nor noshowcancelled not notif0
notif1 or output parameter pmos posedge primitive pull0 pull1 pulldown pullup
pulsestyle_ondetect pulsestyle_onevent rcmos real realtime reg release repeat rnmos rpmos rtran
rtranif0 rtranif1 scalared showcancelled signed small specify specparam strong0 strong1 supply0
supply1 table task time tran tranif0 tranif1 tri tri0 tri1 triand trior trireg unsigned use uwire
vectored wait wand weak0 weak1 while wire wor xnor xor
"""
_SYSTEM_VERILOG = """
accept_on alias always_comb always_ff always_latch assert assume before bind bins binsof bit break
byte chandle checker class clocking const constraint context continue cover covergroup coverpoint
cross dist do endchecker endclass endclocking endgroup endinterface endpackage endprogram
endproperty endsequence enum eventually expect export extends extern final first_match foreach
forkjoin global iff ignore_bins illegal_bins implements implies import inside int interconnect
interface intersect join_any join_none let local logic longint matches modport nettype new nexttime
null package packed priority program property protected pure rand randc randcase randsequence ref
reject_on restrict return s_always s_eventually s_nexttime s_until s_until_with sequence shortint
shortreal soft solve static string strong struct super sync_accept_on sync_reject_on tagged this
throughout timeprecision timeunit type typedef union unique unique0 until until_with untyped var
virtual void wait_order weak wildcard with within
"""
_C_PLUS_PLUS = """
alignas alignof and_eq asm auto bitand bitor bool catch char class compl concept const_cast
consteval constexpr constinit decltype delete double dynamic_cast explicit false float friend goto
inline long mutable namespace noexcept nullptr operator or_eq private public register
reinterpret_cast requires short sizeof static_assert static_cast switch template thread_local throw
true try typeid typename using volatile wchar_t xor_eq
"""

#: Words that no signal, instance or module may be called.
KEYWORDS = frozenset((_VERILOG + _SYSTEM_VERILOG + _C_PLUS_PLUS).split())

_INDEXED = re.compile(r"(.*)\[(\d+)\]", re.DOTALL)

#: Word and index that a spike is called by; the index of a single spike is None.
Label = tuple[str, int | None]


def split_index(name: str) -> Label:
    """Split ``sum[3]`` into ``("sum", 3)``, and ``carry`` into ``("carry", None)``.

    Characters that Verilog does not allow become underscores.
    """
    match = _INDEXED.fullmatch(name)
    base, index = (match[1], int(match[2])) if match else (name, None)
    base = re.sub(r"[^A-Za-z0-9_]", "_", base)
    if not base or base[0].isdigit():
        base = f"n{base}"
    return base, index


def check_identifier(name: str, what: str) -> str:
    """Return ``name``, or refuse it.

    Parameters
    ----------
    name : str
        A name that must appear in the Verilog as it is.
    what : str
        What is called so, for the message.

    Raises
    ------
    ValueError
        If the name is no identifier, or is a keyword.
    """
    if not name.isascii() or not name.isidentifier() or name in KEYWORDS:
        raise InputError(f"{what} must be an identifier and no keyword, not {name!r}")
    return name


class NamePool:
    """The names taken in one name space, such as the inside of a module.

    Parameters
    ----------
    reserved : str
        A name that is avoided like a keyword.
    """

    def __init__(self, reserved: str = "") -> None:
        self._reserved = reserved
        self._taken: set[str] = set()
        self._next: dict[str, int] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._taken

    def give(self, wanted: str) -> str:
        """Take ``wanted`` and return it; if it is taken, the first free one of ``wanted_2``, ...

        A keyword gets an underscore at its end.
        """
        base = f"{wanted}_" if wanted in KEYWORDS or wanted == self._reserved else wanted
        name = base
        while name in self._taken:
            number = self._next[base] = self._next.get(base, 1) + 1
            name = f"{base}_{number}"
        self._taken.add(name)
        return name
