"""Prove who is whom, and who belongs where. All writing about people goes through here."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction

from accounts.models import Identity, Institution, Membership, User
from harvesters.models import Actor
from harvesters.people import GIT_HOST, is_noreply, is_provable
from harvesters.services.changes import mark_work_of


class AccountsError(Exception):
    """Something about a person's account cannot be done."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or type(self).__doc__ or "")


class ActorTakenError(AccountsError):
    """The forge account is linked to another person; that person must give it up first."""


class NobodysActorError(AccountsError):
    """Nobody can prove to own this: an account that was deleted, or only a name in a commit."""


def prove_identity(user: User, actor: Actor, *, method: Identity.Method, now: datetime) -> Identity:
    """Link ``actor`` to ``user``, who has proved to own it; linking it again changes nothing.

    Only its host and number say which account that is: a login passes on to others.

    Raises:
        ActorTakenError: somebody else holds the actor.
        NobodysActorError: it is nobody's.
    """
    if not is_provable(actor.host, actor.external_id):
        raise NobodysActorError
    own = Identity.objects.active().filter(actor=actor, user=user)
    if held := own.first():
        return held
    try:
        with transaction.atomic():
            made = Identity.objects.create(user=user, actor=actor, method=method, proved_at=now)
            _mark_work_of(user)
            return made
    except IntegrityError as error:
        # Perhaps the same person came twice at once.
        if held := own.first():
            return held
        raise ActorTakenError from error


@transaction.atomic
def withdraw_identity(identity: Identity, *, now: datetime) -> Identity:
    """Undo a link; the facts stay with the actor, and certificates keep what they said."""
    _mark_work_of(identity.user)
    Identity.objects.active().filter(pk=identity.pk).update(withdrawn_at=now)
    identity.refresh_from_db()
    return identity


def _mark_work_of(user: User) -> None:
    """What one person did under several accounts is scored together."""
    mark_work_of(Identity.objects.active().filter(user=user).values_list("actor_id", flat=True))


def link_confirmed_addresses(user: User, addresses: Iterable[str], *, now: datetime) -> int:
    """Link the git authors who wrote with ``addresses``, which ``user`` has confirmed.

    An address that another person confirmed first stays with that person. A forge confirms its
    own noreply addresses to whoever has the login at present, so they prove nothing. Returns how
    many actors are the user's by these addresses.
    """
    keys = [email_key(address) for address in addresses if not is_noreply(address)]
    actors = Actor.objects.filter(host=GIT_HOST, external_id__in=keys)
    linked = 0
    for actor in actors:
        try:
            prove_identity(user, actor, method=Identity.Method.EMAIL, now=now)
        except ActorTakenError:
            continue
        linked += 1
    return linked


def email_key(address: str) -> str:
    """The external id of a git author, as the git adapter writes it."""
    return "email:" + hashlib.sha256(address.strip().lower().encode()).hexdigest()


@transaction.atomic
def join_institution(
    user: User,
    institution: Institution,
    *,
    role: Membership.Role,
    now: datetime,
    person_code: str = "",
) -> Membership:
    """Make ``user`` a member; a second call updates the person code."""
    membership, _ = Membership.objects.update_or_create(
        user=user,
        institution=institution,
        role=role,
        ended_at=None,
        defaults={"person_code": person_code},
        create_defaults={"person_code": person_code, "joined_at": now},
    )
    return membership
