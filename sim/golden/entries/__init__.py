# SPDX-License-Identifier: Apache-2.0
"""Entries of the golden model, by what they are about."""
