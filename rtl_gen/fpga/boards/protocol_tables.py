# SPDX-License-Identifier: Apache-2.0
"""The numbers of the serial line that both ends agree on: operations, formats, packets, status.

The host needs nothing but these, and so not the generator.
"""

from enum import IntEnum

from spikefloat.rtl_gen.formats import Format, Overflow

__all__ = [
    "ANSWER_BYTES",
    "BOARD_FORMATS",
    "BOARD_NETWORKS",
    "IDENTIFY",
    "NETWORK_OPERATIONS",
    "OPERATIONS",
    "OPERATION_BITS",
    "OPERATION_WIDTH",
    "POLICIES",
    "REQUEST_BYTES",
    "START",
    "STATUS_WIDTH",
    "Status",
    "operations_of",
]

#: Number of each operation on the serial line and at the input of the graph. Never renumber.
OPERATIONS = {
    "multiply": 0,
    "add": 1,
    "subtract": 2,
    "minimum": 3,
    "maximum": 4,
    "less": 5,
    "equal": 6,
    "unordered": 7,
}

#: Number of each operation of a board with a network. Never renumber.
NETWORK_OPERATIONS = {
    "load": 8,  #: Code ``a`` of the input becomes ``b``.
    "infer": 9,  #: Begin with the input that is loaded.
    "read": 10,  #: Byte ``a`` of the results.
}

#: Networks that a board can be made for; a number in an answer is an index of this. Only append.
BOARD_NETWORKS = ("digits",)

#: Bits that hold the number of an operation.
OPERATION_BITS = 3

#: Formats that a board can be made for; a number in an answer is an index of this. Only append.
BOARD_FORMATS = (
    "e4m3fn",
    "e5m2",
    "e4m3",
    "e3m4",
    "e4m3fnuz",
    "e5m2fnuz",
    "e4m3b11fnuz",
    "e3m2fn",
    "e2m3fn",
    "e2m1fn",
)

#: Overflow policies of boards; a number in an answer is an index of this. Only append.
POLICIES = (Overflow.NAN, Overflow.SATURATE_FINITE, Overflow.SATURATE)

#: Bytes of a request and of an answer. An answer is the shorter one, so that answers keep up with
#: requests that follow each other without a gap.
REQUEST_BYTES = 4
ANSWER_BYTES = 3

#: The bit that only the first byte of a packet has.
START = 0x80

#: Bits of an operation and of a status.
OPERATION_WIDTH = 5
STATUS_WIDTH = 6

#: The operation that is answered with format and overflow policy.
IDENTIFY = 31


class Status(IntEnum):
    """First thing that an answer says."""

    OK = 0  #: The result is that of the operation.
    #: The result is the number of the operation, which is not known, or not for such an operand.
    UNKNOWN_OPERATION = 1
    BAD_CHECKSUM = 2
    FRAMING_ERROR = 3  #: A byte without a stop bit.
    INCOMPLETE = 4  #: A packet that broke off, or a byte that belongs to none.
    BUSY = 5  #: There is no result yet.


def operations_of(fmt: Format) -> tuple[str, ...]:
    """Return the names of the operations that a format has: those on NaN need a NaN."""
    return tuple(name for name in OPERATIONS if fmt.has_nan or name != "unordered")
