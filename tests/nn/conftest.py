"""Settings of the property tests: the same cases in every run, and no stopwatch."""

from hypothesis import settings

# A shared machine may be slow; a test is to fail for what it finds, not for its time or by chance.
settings.register_profile("engine", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("engine")
