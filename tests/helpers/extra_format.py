# SPDX-License-Identifier: Apache-2.0
"""A format that the project does not have, and a plugin of pytest that adds it.

E3M3 has infinity and NaN, as IEEE 754 has them, and no twin among the types of ml_dtypes. As a
plugin, ``pytest -p tests.helpers.extra_format -k e3m3``, this adds its one record before tests are
collected.
"""

from spikefloat.rtl_gen.formats import FORMATS, Format, NanEncoding

__all__ = ["E3M3", "pytest_configure"]

E3M3 = Format(name="e3m3", exponent_bits=3, mantissa_bits=3, bias=3, nan=NanEncoding.IEEE)


def pytest_configure() -> None:
    """Add the format, where this module is a plugin."""
    FORMATS[E3M3.name] = E3M3
