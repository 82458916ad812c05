"""Institutions that issue in their own name: which they are, for whom, and what they are called."""

from collections.abc import Collection

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Institution, Membership, User
from credits.core.credential import Issuer
from credits.models import IssuerKey
from credits.services.errors import CreditsError
from credits.services.issuer import issuer_did

LEARNS_OR_TEACHES = (Membership.Role.STUDENT, Membership.Role.TEACHER)


class NotAMemberError(CreditsError):
    """The person is neither student nor teacher at the institution that is to issue."""


class NoInstitutionKeyError(CreditsError):
    """The institution has no key, so nothing can be issued in its name."""


def issuing_institutions() -> QuerySet[Institution]:
    """Those for which the operator has made a key."""
    sound = IssuerKey.objects.filter(institution=OuterRef("pk"), compromised_since=None)
    return Institution.objects.filter(Exists(sound))


def institutions_for(person: User) -> QuerySet[Institution]:
    """Those in whose name ``person`` may have a certificate."""
    own = Membership.objects.of(person, *LEARNS_OR_TEACHES)
    return issuing_institutions().filter(pk__in=own.values("institution"))


def members_among(institution: Institution, people: Collection[User]) -> set[int]:
    """The keys of those of ``people`` who may have a certificate of ``institution``.

    Raises:
        NoInstitutionKeyError
    """
    if not issuing_institutions().filter(pk=institution.pk).exists():
        raise NoInstitutionKeyError(
            _(
                "%(institution)s has no key, so nothing is issued in its name. Run: opencredits"
                " rotate institution-key --institution %(slug)s"
            )
            % {"institution": institution, "slug": institution.slug}
        )
    roles = Membership.objects.active().filter(role__in=LEARNS_OR_TEACHES)
    found = roles.filter(institution=institution, user__in=people)
    return set(found.values_list("user", flat=True))


def refuse_stranger(person: User, institution: Institution, members: Collection[int]) -> None:
    """Refuse to issue to ``person``, who is not among ``members``.

    Raises:
        NotAMemberError
    """
    if person.pk not in members:
        raise NotAMemberError(
            _("%(person)s is neither student nor teacher at %(institution)s.")
            % {"person": person, "institution": institution}
        )


def issuer_facts(institution: Institution | None, language: str) -> Issuer:
    """Who issues, as a certificate in ``language`` says it."""
    if institution is None:
        return Issuer(issuer_did(), settings.ISSUER_NAME, settings.BASE_URL)
    is_chinese = language == "zh" and institution.native_name
    name = institution.native_name if is_chinese else institution.name
    url = f"https://{institution.domain}" if institution.domain else settings.BASE_URL
    return Issuer(issuer_did(institution), name, url)
