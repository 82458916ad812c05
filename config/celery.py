"""Celery: the broker only wakes; what there is to do stands in rows."""

import os
import warnings

from celery import Celery
from celery.exceptions import SecurityWarning
from celery.signals import beat_init, task_received, worker_process_init, worker_ready
from celery.worker import state

from config.deafness import Hearing, end_when_deaf
from config.guarding import guard_process

# Root is warned of because of pickled messages; ours are JSON, and in a container root is usual.
warnings.filterwarnings("ignore", category=SecurityWarning)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("opencredits")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@beat_init.connect
def _tick_at_once(**_told: object) -> None:
    """Let the first start harvest, and be ready, without waiting for the first turn."""
    app.send_task("harvesters.tasks.tick")


@worker_ready.connect
def _listen(**_told: object) -> None:
    """A worker that is reached by nothing any more must not stay."""
    hearing = Hearing(state.active_requests)
    task_received.connect(hearing.heard, weak=False)
    end_when_deaf(hearing)


@worker_process_init.connect
def _guard(**_told: object) -> None:
    """Let what harvests reach checked addresses only."""
    guard_process()
