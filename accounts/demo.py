"""The people of the demonstration, and the keys of their one-click sign-in.

Nothing here opens a door unless ``settings.DEMO`` is on.
"""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.signing import BadSignature, Signer
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SALT = "opencredits.demo-sign-in"


@dataclass(frozen=True, slots=True)
class DemoRole:
    """Who signs in under a role, and the name of the page where that person starts."""

    username: str
    landing: str
    label: Promise


DEMO_ROLES = {
    "student": DemoRole("li.ming", "overview", _("student")),
    "teacher": DemoRole("wang.fang", "portfolio", _("teacher")),
    "maintainer": DemoRole("chen.jie", "maintained", _("maintainer")),
    "registrar": DemoRole("zhao.min", "inbox", _("registrar")),
    "operator": DemoRole("operator", "operations", _("operator")),
}


def demo_sign_in_path(role: str) -> str:
    """The address, key included, that signs in as ``role`` with one click."""
    key = Signer(salt=SALT).signature(role)
    return f"{reverse('demo-sign-in', args=[role])}?{urlencode({'key': key})}"


def is_demo_key(role: str, key: str) -> bool:
    """Whether ``key`` was made by this installation for ``role``."""
    try:
        return Signer(salt=SALT).unsign(f"{role}:{key}") == role
    except BadSignature:
        return False
