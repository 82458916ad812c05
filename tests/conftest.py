"""What every test relies on."""

from hypothesis import settings

# A busy machine is slow, not wrong: no deadline. Fewer examples than usual keep the suite short.
settings.register_profile("opencredits", deadline=None, max_examples=50)
settings.load_profile("opencredits")
