"""What every test relies on."""

from uuid import uuid4

import pytest
from hypothesis import settings as hypothesis_settings

# A busy machine is slow, not wrong: no deadline. Fewer examples than usual keep the suite short.
hypothesis_settings.register_profile("opencredits", deadline=None, max_examples=50)
hypothesis_settings.load_profile("opencredits")


@pytest.fixture(autouse=True)
def _signer_without_a_past(settings, tmp_path_factory):
    """Each test has a log of its own, so its signer must not remember the one before."""
    settings.SIGNER_STATE = tmp_path_factory.getbasetemp() / f"signer-{uuid4().hex}.sqlite3"
