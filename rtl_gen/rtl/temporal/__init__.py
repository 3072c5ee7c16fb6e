# SPDX-License-Identifier: Apache-2.0
"""The step-by-step engine: arithmetic digit by digit on few neurons."""
