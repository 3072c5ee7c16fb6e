# SPDX-License-Identifier: Apache-2.0
"""Parameters of encoder and decoder: what follows from them, and what is refused."""

import pytest

from spikefloat.rtl_gen.formats import FORMATS, Overflow
from spikefloat.rtl_gen.rtl.cells.codec_parameters import CodecParameters


def make(name="e4m3fn", **bits):
    return CodecParameters(fmt=FORMATS[name], overflow=Overflow.NAN, **bits)


def test_published_parameters():
    parameters = make()
    assert (parameters.integer_bits, parameters.fraction_bits) == (10, 10)
    assert (parameters.width, parameters.first_place) == (20, 15)
    assert (parameters.encoder_steps, parameters.decoder_steps) == (20, 20)
    assert (parameters.encoder_latency, parameters.decoder_latency) == (21, 21)
    assert not parameters.decoder_rounds


@pytest.mark.parametrize(
    "name, integer_bits, fraction_bits, encoder, decoder",
    [
        ("e5m2", 10, 10, 22, 21),  # finer than the number: two digits to fill, one to round
        ("e5m2", 16, 16, 32, 32),
        ("e4m3fn", 10, 0, 13, 11),
        ("e4m3fn", 1, 24, 25, 25),
        ("e2m1fn", 1, 0, 2, 2),
    ],
)
def test_steps(name, integer_bits, fraction_bits, encoder, decoder):
    parameters = make(name, integer_bits=integer_bits, fraction_bits=fraction_bits)
    assert (parameters.encoder_steps, parameters.decoder_steps) == (encoder, decoder)


@pytest.mark.parametrize(
    "bits, error, message",
    [
        ({"integer_bits": 0}, ValueError, r"^Integer bits must be from 1 to 24, not 0$"),
        ({"integer_bits": 25}, ValueError, r"^Integer bits must be from 1 to 24, not 25$"),
        ({"fraction_bits": -1}, ValueError, r"^Fraction bits must be from 0 to 24, not -1$"),
        ({"fraction_bits": 25}, ValueError, r"^Fraction bits must be from 0 to 24, not 25$"),
        ({"integer_bits": 1.0}, TypeError, r"^Integer bits must be an integer, not 1\.0$"),
        ({"fraction_bits": True}, TypeError, r"^Fraction bits must be an integer, not True$"),
    ],
)
def test_wrong_bits(bits, error, message):
    with pytest.raises(error, match=message):
        make(**bits)


@pytest.mark.parametrize("name", ["binary16", "e8m0fnu"])
def test_wrong_format(name):
    message = rf"^Format must be one with a zero, a sign and at most 8 bits, not '{name}'$"
    with pytest.raises(ValueError, match=message):
        make(name)
