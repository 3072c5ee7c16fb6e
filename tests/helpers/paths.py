# SPDX-License-Identifier: Apache-2.0
"""Where the sources are."""

from pathlib import Path

__all__ = ["ROOT"]

#: Folder of the checkout.
ROOT = Path(__file__).resolve().parents[2]
