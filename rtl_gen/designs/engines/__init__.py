# SPDX-License-Identifier: Apache-2.0
"""Engines: whole networks on a few circuits that are used in turn."""
