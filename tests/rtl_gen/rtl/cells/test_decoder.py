# SPDX-License-Identifier: Apache-2.0
"""The decoder against the golden model: every code, and its handshake."""

import numpy as np
import pytest

from spikefloat.rtl_gen.formats import FORMATS
from spikefloat.rtl_gen.rtl.cells.codec_parameters import CodecParameters
from spikefloat.rtl_gen.rtl.cells.decoder import Decoder
from spikefloat.sim.golden.codec import decode_fixed
from tests.helpers.handshake import operate

CASES = [
    ("e4m3fn", 10, 10),
    ("e4m3fn", 3, 2),
    ("e5m2", 10, 10),
    ("e5m2", 17, 16),
    ("e5m2", 1, 0),
    ("e4m3b11fnuz", 2, 12),
    ("e3m4", 1, 2),
    ("e2m1fn", 1, 0),
    ("e3m2fn", 4, 3),
]


@pytest.mark.parametrize("name, integer_bits, fraction_bits", CASES)
def test_decoder(name, integer_bits, fraction_bits):
    fmt = FORMATS[name]
    parameters = CodecParameters(
        fmt=fmt,
        overflow=fmt.default_overflow,
        integer_bits=integer_bits,
        fraction_bits=fraction_bits,
    )
    codes = np.arange(1 << fmt.width)
    dut = Decoder(parameters)
    assert dut.latency == dut.interval == parameters.decoder_latency
    found = operate(dut, codes[:, None], ("code",), ("value", "sign", "nan", "overflow"))
    wanted = decode_fixed(fmt, codes, integer_bits=integer_bits, fraction_bits=fraction_bits)
    assert found == list(zip(*(column.tolist() for column in wanted), strict=True))
