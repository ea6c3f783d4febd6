from hypothesis import settings

# A busy machine is no failing property; pytest-timeout catches what hangs.
settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")
