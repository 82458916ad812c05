"""Celery: the broker only wakes; what there is to do stands in rows."""

import os
import warnings

from celery import Celery
from celery.exceptions import SecurityWarning

# Root is warned of because of pickled messages; ours are JSON, and in a container root is usual.
warnings.filterwarnings("ignore", category=SecurityWarning)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("opencredits")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
