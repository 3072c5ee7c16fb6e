# SPDX-License-Identifier: Apache-2.0
"""Which operands to try."""
