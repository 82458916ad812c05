"""Is the site alive, and is it ready: asked without signing in."""

import json
import os
import subprocess
import sys
from datetime import timedelta

import pytest
from celery import current_app
from django.utils import timezone

from harvesters.models import Heartbeat
from tests.config.test_broker import running_broker
from tests.e2e.site import PROJECT


@pytest.fixture
def broker(tmp_path, monkeypatch):
    with running_broker(tmp_path) as server:
        url = f"redis+socket://{tmp_path}/run/broker.sock"
        monkeypatch.setattr(current_app.conf, "broker_write_url", url)
        yield server


@pytest.fixture
def worker(db):
    return Heartbeat.objects.create(name="tick", beaten_at=timezone.now())


def test_a_process_that_answers_is_alive_though_the_database_is_not_asked(client):
    answer = client.get("/healthz")

    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.engine
def test_a_site_with_database_broker_and_worker_is_ready(client, broker, worker):
    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "failed": [], "reasons": {}}


@pytest.mark.engine
def test_a_site_whose_worker_is_gone_is_not_ready(client, broker, worker):
    worker.beaten_at -= timedelta(minutes=5)
    worker.save()

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["failed"] == ["worker and beat"]
    assert "last tick 30" in answer.json()["reasons"]["worker and beat"]


@pytest.mark.engine
def test_a_site_whose_broker_is_gone_is_not_ready(client, broker, worker):
    broker.terminate()
    broker.wait()

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json() == {
        "ready": False,
        "failed": ["broker"],
        "reasons": {"broker": "no answer"},
    }


ASK = """
import django
django.setup()
from django.test import Client
answer = Client(headers={"host": "localhost"}).get("/readyz")
print(answer.status_code, answer.content.decode())
"""


def test_a_site_whose_database_is_gone_says_so_and_names_no_host_or_user():
    done = subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=PROJECT,
        env=os.environ | {"DATABASE_URL": "postgresql://secret@127.0.0.1:1/hidden"},
        capture_output=True,
        text=True,
        check=True,
    )

    status, _, body = done.stdout.partition(" ")
    assert status == "503"
    assert json.loads(body)["reasons"]["database"] == "no answer"
    assert "secret" not in body
    assert "127.0.0.1" not in body


def test_probes_by_plain_http_are_answered_where_pages_are_moved_to_https(client, settings):
    settings.SECURE_SSL_REDIRECT = True

    assert client.get("/healthz").status_code == 200
    assert client.get("/verify").status_code == 301


def test_other_methods_are_refused(client):
    assert client.post("/healthz").status_code == 405
    assert client.post("/readyz").status_code == 405
