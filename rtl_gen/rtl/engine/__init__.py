# SPDX-License-Identifier: Apache-2.0
"""An engine that computes a whole network with one circuit of each kind, step by step."""
