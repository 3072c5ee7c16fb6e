# SPDX-License-Identifier: Apache-2.0
"""The catalogue of designs, their options, and what they are as hardware."""
