"""A wallet made of @openid4vc/openid4vci, which we did not write, takes certificates here."""

import json
from datetime import UTC, datetime

import pytest
from django.utils import timezone

from credits.core.verdict import Outcome
from credits.services.certificates import issue_certificate
from credits.services.verification import verify_upload
from credits.services.wallets import offer_certificate
from credits.views.wallets import offer_links
from tests.committing import *  # noqa: F403
from tests.histories import *  # noqa: F403
from tests.histories import BEGUN, SCORED
from tests.interop.node import install, program, run
from tests.university import *  # noqa: F403


@pytest.fixture
def offered(committed_db, live_server, settings, student, worked):
    """The links and the digits of an offer."""
    install()
    settings.BASE_URL = live_server.url
    issued = datetime(2026, 11, 20, 8, tzinfo=UTC)
    certificate = issue_certificate(student, start=BEGUN, end=SCORED, now=issued)
    new = offer_certificate(certificate, now=timezone.now())
    return offer_links(new.handle), new.digits


@pytest.mark.parametrize("algorithm", ["ES256", "EdDSA"])
@pytest.mark.parametrize(("binding", "way"), [("did", "by reference"), ("jwk", "by value")])
def test_it_takes_every_form_that_is_offered(offered, binding, way, algorithm):
    links, digits = offered
    given = {
        "offer": links.reference if way == "by reference" else links.value,
        "digits": digits,
        "binding": binding,
        "alg": algorithm,
    }

    answer = json.loads(run([program("node"), "wallet.mjs"], json.dumps(given)))

    (document,), (token,) = answer["taken"].values()
    for data in (json.dumps(document), token):
        assert verify_upload(data.encode(), now=timezone.now()).outcome is Outcome.VALID
    holder = document["credentialSubject"]["id"]
    assert holder == answer["did"] if binding == "did" else holder.startswith("did:key:z")
