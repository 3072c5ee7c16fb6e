# SPDX-License-Identifier: Apache-2.0
"""The version of the generator, as it is installed."""

import functools

__all__ = ["installed_version"]


@functools.cache
def installed_version() -> str:
    """Return the version of the package, or 0 if it is not installed."""
    from importlib.metadata import PackageNotFoundError, version  # which takes a while

    try:
        return version("spikefloat")
    except PackageNotFoundError:
        return "0"
