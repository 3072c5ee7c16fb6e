# SPDX-License-Identifier: Apache-2.0
"""Networks as neurons, compared with the golden model step by step."""
