"""Facts: what happened on the forges."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HarvestersConfig(AppConfig):
    name = "harvesters"
    verbose_name = _("Harvest")
    default_auto_field = "django.db.models.BigAutoField"
