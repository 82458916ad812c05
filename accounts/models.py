"""People, institutions, and the actors that people proved to own."""

from datetime import datetime
from typing import Self

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from harvesters.models import Actor


class User(AbstractUser):
    """A person. Nothing about a person is public until that person says so."""

    display_name = models.CharField(_("name"), max_length=150, blank=True)
    native_name = models.CharField(_("name in its own script"), max_length=150, blank=True)
    handle = models.SlugField(
        _("public address"), max_length=60, unique=True, null=True, blank=True
    )
    is_public = models.BooleanField(_("public profile"), default=False)
    language = models.CharField(_("language"), max_length=16, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)

    def __str__(self) -> str:
        return self.display_name or self.get_username()


class Institution(models.Model):
    """A university or another body that recognises contributions by its own policy."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    native_name = models.CharField(max_length=200, blank=True)
    domain = models.CharField(max_length=255, blank=True)
    time_zone = models.CharField(max_length=64, default="UTC")
    members = models.ManyToManyField(User, through="Membership", related_name="institutions")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        in_chinese = (get_language() or "").startswith("zh")
        return self.native_name if in_chinese and self.native_name else self.name


class MembershipQuerySet(models.QuerySet["Membership"]):
    def active(self) -> Self:
        return self.filter(ended_at=None)

    def of(self, user: User, *roles: str) -> Self:
        """Active memberships of ``user``, of the given roles or of any."""
        held = self.active().filter(user=user)
        return held.filter(role__in=roles) if roles else held


class Membership(models.Model):
    """What a person is at an institution."""

    class Role(models.TextChoices):
        STUDENT = "student", _("student")
        TEACHER = "teacher", _("teacher")
        REGISTRAR = "registrar", _("registrar")

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=16, choices=Role.choices)
    person_code = models.CharField(_("student or staff number"), max_length=64, blank=True)
    college = models.CharField(max_length=200, blank=True)
    joined_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["institution", "role"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "institution", "role"],
                condition=Q(ended_at=None),
                name="membership_once_per_role",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()}, {self.institution}"


class IdentityQuerySet(models.QuerySet["Identity"]):
    def active(self) -> Self:
        return self.filter(withdrawn_at=None)

    def valid_at(self, moment: datetime) -> Self:
        withdrawn_later = Q(withdrawn_at=None) | Q(withdrawn_at__gt=moment)
        return self.filter(withdrawn_later, proved_at__lte=moment)


class Identity(models.Model):
    """A proved link: this actor is this person."""

    class Method(models.TextChoices):
        OAUTH = "oauth", _("signed in at the forge")
        EMAIL = "email", _("confirmed e-mail address")
        DEMO = "demo", _("demonstration")
        HERE = "here", _("signed in here")

    user = models.ForeignKey(User, models.CASCADE, related_name="identities")
    actor = models.ForeignKey(Actor, models.PROTECT, related_name="identities")
    method = models.CharField(max_length=16, choices=Method.choices)
    proved_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = IdentityQuerySet.as_manager()

    class Meta:
        ordering = ["proved_at"]
        verbose_name_plural = "identities"
        constraints = [
            models.UniqueConstraint(
                fields=["actor"], condition=Q(withdrawn_at=None), name="actor_has_one_owner"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} = {self.actor}"


class ApiClient(models.Model):
    """A machine of an institution: the OAuth client ``client_id`` acts for it."""

    institution = models.ForeignKey(Institution, models.CASCADE, related_name="api_clients")
    client_id = models.CharField(max_length=100, unique=True)
    label = models.CharField(max_length=100)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["label"]

    def __str__(self) -> str:
        return self.label
