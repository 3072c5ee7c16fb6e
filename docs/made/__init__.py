# SPDX-License-Identifier: Apache-2.0
"""The tables of the documentation, by what they are about."""
