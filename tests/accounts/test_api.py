"""Who asks by the API, and how much: scopes, throttles, and how both are described."""

from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import caches
from django.test import RequestFactory
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.api import (
    ClientAccess,
    ClientAuthentication,
    ClientThrottle,
    HasScope,
    VisitorThrottle,
    scope_needed,
)
from accounts.clients import Scope
from tests.university import *  # noqa: F403


class ReadOnly(APIView):
    scopes = {"GET": Scope.CERTIFICATES_READ}


@pytest.fixture
def asking():
    def ask(auth=None, address="192.0.2.1", **headers):
        request = Request(RequestFactory().get("/", REMOTE_ADDR=address, headers=headers))
        request.user, request.auth = AnonymousUser(), auth
        return request

    return ask


def test_head_needs_what_get_needs():
    assert scope_needed(ReadOnly(), "HEAD") == scope_needed(ReadOnly(), "GET")
    assert scope_needed(ReadOnly(), "POST") is None
    assert scope_needed(APIView(), "GET") is None


def test_without_a_machines_token_nobody_comes_in(asking):
    assert not HasScope().has_permission(asking(), ReadOnly())


def test_a_token_stands_for_the_machines_institution(machine, asking):
    header = machine.headers()["Authorization"]

    _user, access = ClientAuthentication().authenticate(asking(Authorization=header))

    assert isinstance(access, ClientAccess)
    assert access.institution == machine.api_client.institution
    assert Scope.CERTIFICATES_READ in access.scopes


@pytest.mark.django_db
@pytest.mark.parametrize("value", ["", "x", "\x00", "ÿ" * 10, "a b", "x" * 10_000])
def test_a_token_that_is_none_is_refused_in_words(asking, value):
    with pytest.raises(AuthenticationFailed, match="unknown, expired or revoked"):
        ClientAuthentication().authenticate(asking(Authorization=f"Bearer {value}"))


def test_other_ways_to_sign_in_are_left_to_others(asking):
    assert ClientAuthentication().authenticate(asking(Authorization="Basic eDp5")) is None
    assert ClientAuthentication().authenticate(asking()) is None


@pytest.mark.parametrize("throttle", [ClientThrottle, VisitorThrottle])
def test_each_address_has_its_own_quota(asking, throttle):
    caches["counters"].clear()
    view = SimpleNamespace(headers={})

    for _ in range(throttle.quota):
        assert throttle().allow_request(asking(), view)
    refusing = throttle()

    assert not refusing.allow_request(asking(), view)
    assert 0 < refusing.wait() <= throttle.window_seconds
    assert "r=0" in view.headers["RateLimit"]
    assert throttle().allow_request(asking(address="192.0.2.2"), view)


def test_machines_of_one_institution_do_not_share_a_quota(
    asking, make_machine, university, monkeypatch
):
    monkeypatch.setattr(ClientThrottle, "quota", 1)
    first, second = (
        ClientAccess(make_machine(university).api_client, frozenset()) for _ in range(2)
    )
    view = SimpleNamespace(headers={})

    allowed = [
        ClientThrottle().allow_request(asking(access), view) for access in (first, first, second)
    ]

    assert allowed == [True, False, True]
