"""A guarded process still reaches its own database, broker and mail server."""

import logging

import pytest

from config.guarding import guard_process, services_of_ours


@pytest.fixture(autouse=True)
def installation(settings, monkeypatch):
    settings.EMAIL_HOST, settings.EMAIL_PORT = "", 587
    settings.CELERY_BROKER_URL = "redis+socket:///run/broker.sock"
    monkeypatch.setitem(settings.DATABASES["default"], "HOST", "/run/postgres")
    return settings


def test_an_installation_on_sockets_needs_no_network():
    assert list(services_of_ours()) == []


@pytest.mark.parametrize(
    ("address", "services"),
    [
        ("redis://:p%40ss@Broker.example/0", [("broker.example", 6379)]),
        ("rediss://broker.example:6390/0", [("broker.example", 6390)]),
        ("redis://", [("localhost", 6379)]),
        (
            "amqp://u:p@one.example//;amqps://two.example",
            [("one.example", 5672), ("two.example", 5671)],
        ),
    ],
    ids=["redis", "tls", "default", "two"],
)
def test_a_broker_is_found_in_its_address(installation, address, services):
    installation.CELERY_BROKER_URL = address

    assert list(services_of_ours()) == services


def test_a_database_and_a_mail_server_are_found(installation, monkeypatch):
    installation.EMAIL_HOST = "mail.example"
    monkeypatch.setitem(installation.DATABASES["default"], "HOST", "one.example,two.example")
    monkeypatch.setitem(installation.DATABASES["default"], "PORT", "5433")

    assert list(services_of_ours()) == [
        ("one.example", 5433),
        ("two.example", 5433),
        ("mail.example", 587),
    ]


def test_a_broker_that_may_stand_anywhere_leaves_the_process_unguarded(installation, caplog):
    installation.CELERY_BROKER_URL = "sentinel://host"
    caplog.set_level(logging.WARNING)

    guard_process()

    assert "a broker by sentinel may stand anywhere" in caplog.text
