# SPDX-License-Identifier: Apache-2.0
"""Neurons that are not ideal."""
