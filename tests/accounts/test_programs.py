"""What is kept of programs, and for how long."""

from datetime import timedelta

import pytest
from allauth.idp.oidc.models import Client as OAuthClient
from allauth.idp.oidc.models import Token
from django.utils import timezone

from accounts.clients import Scope, create_api_client
from accounts.programs import UNUSED_LASTS, connected_programs, forget_programs
from tests.programs import *  # noqa: F403
from tests.programs import register
from tests.university import *  # noqa: F403

pytestmark = pytest.mark.django_db


def test_a_program_that_nobody_connects_is_forgotten():
    register()
    now = timezone.now()
    assert forget_programs(now=now) == 0

    assert forget_programs(now=now + UNUSED_LASTS + timedelta(hours=1)) == 1
    assert not OAuthClient.objects.exists()


def test_machines_of_institutions_are_not_forgotten(university):
    now = timezone.now()
    create_api_client(university, label="SIS", scopes=[Scope.CERTIFICATES_READ], now=now)

    assert forget_programs(now=now + 10 * UNUSED_LASTS) == 0
    assert OAuthClient.objects.count() == 1


def test_a_program_is_kept_while_somebody_connects_it(connected, student):
    soon = timezone.now() + UNUSED_LASTS + timedelta(hours=1)

    forget_programs(now=soon)

    assert [each.name for each in connected_programs(student, now=soon)] == ["Portfolio"]
    assert Token.objects.get().type == Token.Type.REFRESH_TOKEN


def test_access_that_is_not_used_for_ninety_days_ends(connected, student):
    later = timezone.now() + timedelta(days=91)

    assert connected_programs(student, now=later) == []
    assert forget_programs(now=later) > 0
    assert not OAuthClient.objects.exists()
