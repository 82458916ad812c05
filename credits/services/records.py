"""A person's whole record as one signed document (CLR 2.0), made when it is asked for."""

import json
import uuid
from datetime import datetime

from django.conf import settings

from accounts.models import User
from credits.core.clr import RecordFacts, build_record
from credits.core.credential import Issuer
from credits.core.verify import MAX_BYTES
from credits.models import Certificate
from credits.services.errors import CreditsError
from credits.services.issuer import issuer_did, sign_documents

NAME = "Record of open-source contributions"


class NothingToRecordError(CreditsError):
    """There is no valid certificate to put into a record; get a certificate first."""


class RecordTooLargeError(CreditsError):
    """The certificates are too many for one record; hand them in one by one."""


def issue_record(holder: User, *, now: datetime) -> str:
    """All valid certificates of ``holder`` in one signed document; it lasts as long as they do.

    Nothing new is stated, so nothing is logged: each certificate in it is in the log, and has its
    own status.

    Raises:
        NothingToRecordError, RecordTooLargeError
    """
    held = list(Certificate.objects.held_by(holder).valid(now).order_by("issued_at", "pk"))
    if not held:
        raise NothingToRecordError
    ends = [each.expires_at for each in held if each.expires_at is not None]
    facts = RecordFacts(
        id=f"urn:uuid:{uuid.uuid4()}",
        subject_id=f"urn:uuid:{uuid.uuid4()}",
        name=NAME,
        issuer=Issuer(issuer_did(), settings.ISSUER_NAME, settings.BASE_URL),
        issued_at=now,
        certificates=[json.loads(each.credential) for each in held],
        expires_at=min(ends, default=None),
    )
    text = sign_documents([build_record(facts)], now=now)[0]
    if len(text.encode()) > MAX_BYTES:
        raise RecordTooLargeError
    return text
