"""The web application, as gunicorn loads it."""

import gc
import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()
import_module(settings.ROOT_URLCONF)
# What is loaded by now stays loaded. To look through all of it takes Python's garbage collector
# more than 0.1 s, each time in the middle of somebody's request; frozen, it is passed over.
gc.collect()
gc.freeze()
