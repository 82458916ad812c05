"""Worth: scores, certificates and what universities do with them."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CreditsConfig(AppConfig):
    name = "credits"
    verbose_name = _("Credits")
    default_auto_field = "django.db.models.BigAutoField"
