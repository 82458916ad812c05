from tests.university import *  # noqa: F403
