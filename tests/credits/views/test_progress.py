"""How far a student is on the way to credits, at each institution."""

from datetime import timedelta
from decimal import Decimal

import pytest

from credits.services.booking import reverse_recognition
from credits.services.recognition import Decision, decide_application, submit_application
from credits.views.progress import credit_progress
from tests.university import *  # noqa: F403
from tests.university import ISSUED

NOW = ISSUED + timedelta(hours=1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def parts(student):
    """Recognised, under review, ready to apply for; of at most."""

    def look():
        (progress,) = credit_progress(student, now=NOW)
        return progress.recognised, progress.under_review, progress.ready, progress.goal

    return look


@pytest.fixture
def submitted(student, university, policy):
    def submit(*certificates):
        return submit_application(
            student, institution=university, certificates=certificates, now=NOW
        )

    return submit


def decide(application, registrar, **decision):
    return decide_application(
        application, Decision(approve=True, **decision), decided_by=registrar, now=NOW
    )


def test_certificates_are_ready_then_under_review_then_recognised(
    parts, submitted, make_certificate, registrar, policy
):
    certificate = make_certificate(60_000)
    ready = parts()
    application = submitted(certificate)
    under_review = parts()
    decided = decide(application, registrar)
    recognised = parts()
    reverse_recognition(decided.recognition, actor="Chen", reason="Wrong person", now=NOW)

    assert ready == (0, 0, 1, 4)
    assert under_review == (0, 1, 0, 4)
    assert recognised == (1, 0, 0, 4)
    assert parts() == ready


def test_with_no_certificate_left_nothing_is_ready_though_fewer_credits_were_given(
    parts, submitted, make_certificate, registrar
):
    application = submitted(make_certificate(60_000))
    decide(application, registrar, credits=Decimal("0.5"), reason="Half of it was class")

    assert parts() == (Decimal("0.5"), 0, 0, 4)


def test_nobody_is_promised_more_than_the_policy_gives(parts, make_certificate, policy):
    make_certificate(900_000)

    assert parts() == (0, 0, 2, 4)


def test_without_a_policy_or_a_university_there_is_no_way_to_show(student, registrar, university):
    assert credit_progress(student, now=NOW) == []
    assert credit_progress(registrar, now=NOW) == []
