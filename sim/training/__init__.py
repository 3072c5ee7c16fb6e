# SPDX-License-Identifier: Apache-2.0
"""Networks in floats: what they give without rounding, and how their weights are found."""
