# SPDX-License-Identifier: Apache-2.0
"""The encoder against the golden model: around every value and tie, and its handshake."""

import random

import numpy as np
import pytest

from spikefloat.rtl_gen.formats import FORMATS, Overflow
from spikefloat.rtl_gen.rtl.cells.codec_parameters import CodecParameters
from spikefloat.rtl_gen.rtl.cells.encoder import Encoder
from spikefloat.sim.golden.codec import encode_fixed
from tests.helpers.handshake import operate

CASES = [
    ("e4m3fn", "nan", 10, 10),
    ("e4m3fn", "saturate", 9, 9),
    ("e5m2", "nan", 17, 16),
    ("e5m2", "saturate", 3, 4),
    ("e5m2fnuz", "nan", 2, 24),
    ("e3m4", "nan", 5, 6),
    ("e4m3fnuz", "nan", 24, 0),
    ("e2m1fn", "saturate", 1, 0),
    ("e2m3fn", "saturate", 4, 5),
]


@pytest.mark.parametrize("name, overflow, integer_bits, fraction_bits", CASES)
def test_encoder(name, overflow, integer_bits, fraction_bits):
    parameters = CodecParameters(
        fmt=FORMATS[name],
        overflow=Overflow(overflow),
        integer_bits=integer_bits,
        fraction_bits=fraction_bits,
    )
    source = random.Random(1)
    largest = (1 << parameters.width) - 1
    values = [
        source.randint(0, largest) >> source.randrange(parameters.width) for _ in range(150)
    ] + [0, 0, 1, 2, 3, largest, largest - 1]
    cases = [(value & largest, number % 2) for number, value in enumerate(values)]
    dut = Encoder(parameters)
    assert dut.latency == dut.interval == parameters.encoder_latency
    found = operate(dut, cases, ("value", "sign"), ("code",))
    value, sign = np.array(cases).T
    wanted = encode_fixed(
        parameters.fmt, value, sign, fraction_bits=fraction_bits, overflow=overflow
    )
    assert [code for (code,) in found] == wanted.tolist()
