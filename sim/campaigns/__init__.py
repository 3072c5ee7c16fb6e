# SPDX-License-Identifier: Apache-2.0
"""Many runs of circuits that are not ideal: sweeps, tolerance, hardening, faults."""
