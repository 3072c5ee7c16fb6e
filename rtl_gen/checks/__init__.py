# SPDX-License-Identifier: Apache-2.0
"""Designs together with their golden model: the one place above both."""
