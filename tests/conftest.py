"""Hypothesis profiles: dev (quick), ci (thorough, the same every time), soak (for hours)."""

import os

from hypothesis import HealthCheck, settings

_RELAXED = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large],
}
settings.register_profile("dev", max_examples=50, **_RELAXED)
settings.register_profile("ci", max_examples=200, derandomize=True, print_blob=True, **_RELAXED)
settings.register_profile("soak", max_examples=20_000, print_blob=True, **_RELAXED)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if "CI" in os.environ else "dev"))
