from datetime import datetime

import pytest
from allauth.idp.oidc.models import Client as OAuthClient
from django.core.management import CommandError, call_command

from accounts.clients import (
    Scope,
    UnknownScopeError,
    create_api_client,
    revoke_api_client,
)
from accounts.models import ApiClient, Institution

NOW = datetime.fromisoformat("2026-11-20T08:00:00+00:00")
READ = [Scope.CERTIFICATES_READ]

pytestmark = pytest.mark.django_db


@pytest.fixture
def institution():
    return Institution.objects.create(slug="first-university", name="First University")


def test_a_client_acts_for_one_institution_and_its_secret_is_stored_as_a_hash(institution):
    client, client_id, secret = create_api_client(
        institution, label="Student system", scopes=READ, now=NOW
    )

    stored = OAuthClient.objects.get(pk=client_id)
    assert (client.institution, client.client_id) == (institution, client_id)
    assert stored.check_secret(secret)
    assert secret not in stored.secret
    assert stored.get_grant_types() == ["client_credentials"]


def test_a_client_cannot_be_given_a_scope_that_does_not_exist(institution):
    with pytest.raises(UnknownScopeError, match="recognitions:decide"):
        create_api_client(
            institution, label="Student system", scopes=["recognitions:decide"], now=NOW
        )

    assert not ApiClient.objects.exists()


def test_a_client_without_scopes_is_refused(institution):
    with pytest.raises(UnknownScopeError, match="none given"):
        create_api_client(institution, label="Student system", scopes=[], now=NOW)


def test_a_client_is_revoked_once_and_for_good(institution):
    client, client_id, _secret = create_api_client(
        institution, label="Student system", scopes=READ, now=NOW
    )

    revoke_api_client(client, now=NOW)
    revoke_api_client(client, now=NOW.replace(year=2027))

    assert client.revoked_at == NOW
    assert not OAuthClient.objects.filter(pk=client_id).exists()


def test_the_command_prints_the_id_and_the_secret_once(institution, capsys):
    call_command("create_api_client", institution.slug, label="Student system")

    printed = capsys.readouterr().out
    client = ApiClient.objects.get()
    oauth = OAuthClient.objects.get(pk=client.client_id)
    assert client.client_id in printed
    assert any(oauth.check_secret(word) for word in printed.split())
    assert Scope.RECOGNITIONS_WRITE in oauth.get_scopes()


def test_the_command_names_the_institutions_there_are(institution):
    with pytest.raises(CommandError, match="first-university"):
        call_command("create_api_client", "nowhere", label="Student system")


def test_the_command_refuses_an_unknown_scope(institution):
    with pytest.raises(CommandError, match="everything"):
        call_command("create_api_client", institution.slug, label="X", scopes=["everything"])
