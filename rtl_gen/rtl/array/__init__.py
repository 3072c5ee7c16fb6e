# SPDX-License-Identifier: Apache-2.0
"""A linear layer on an array of lanes, with weights in memory."""
