# SPDX-License-Identifier: Apache-2.0
"""Benches of engines, which compute whole networks."""
