"""Security advisories that a repository published, and whom they credit.

GitHub lists them by REST only (https://docs.github.com/rest/security-advisories/repository-advisories).
They are few and tell nobody that one came, so they are read as a whole, once a day.
"""

import re
from datetime import UTC, datetime

from harvesters.forge import (
    ActorRecord,
    ContributionRecord,
    ForgeAnswerError,
    ForgeRefusedError,
    Gap,
    Kind,
    Participant,
    RepositoryRecord,
    Role,
    SourceNotFoundError,
    Transport,
)
from harvesters.forges.github.listing import Listing
from harvesters.forges.github.nodes import Node, moment_of, told
from harvesters.forges.github.stand import Stand, mark_of
from harvesters.people import is_bot

ROLES = {
    "finder": Role.REPORTER,
    "reporter": Role.REPORTER,
    "analyst": Role.REPORTER,
    "remediation_developer": Role.AUTHOR,
    "remediation_reviewer": Role.REVIEWER,
    "remediation_verifier": Role.REVIEWER,
}
"""By the type of a credit; coordinators, tools, sponsors and others found or mended nothing."""

_NEXT = re.compile(r'<[^<>?]*\?([^<>]*)>;\s*rel="next"')


def advisories_mark(_outlook: Node, now: datetime) -> str:
    """A new one every day."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return mark_of(today.isoformat(), 0)


def list_advisories(
    transport: Transport, stand: Stand, repository: RepositoryRecord, _git: object = None
) -> Listing:
    """The next page of published advisories; where they may not be read, a gap."""
    path = f"/repositories/{repository.external_id}/security-advisories"
    query = stand.after or f"state=published&sort=created&direction=asc&per_page={stand.page}"
    try:
        answer = transport.request("GET", f"{path}?{query}")
    except (ForgeRefusedError, SourceNotFoundError) as error:
        return Listing([], gaps=[Gap("security advisories", str(error))])
    if not isinstance(answer.body, list) or None in answer.body:
        raise ForgeAnswerError("GitHub answered with something else than a list of advisories.")
    further = _NEXT.search(answer.headers.get("link", ""))
    end = further[1] if further else ""
    if end and end == stand.after:
        raise ForgeAnswerError("GitHub's page of advisories leads to itself.")
    return Listing(answer.body, end, seconds=answer.seconds)


def advisory_records(advisory: Node, repository: RepositoryRecord) -> list[ContributionRecord]:
    """One published advisory with everybody who accepted a credit for it.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: it is not as GitHub's description says.
    """
    facts = {"severity": advisory["severity"], "cve": advisory["cve_id"]}
    return [
        ContributionRecord(
            external_id=advisory["ghsa_id"],
            kind=Kind.ADVISORY,
            occurred_at=moment_of(advisory["published_at"] or advisory["created_at"]),
            state="withdrawn" if advisory["withdrawn_at"] else advisory["state"],
            title=advisory["summary"],
            url=advisory["html_url"],
            participants=_credited(advisory, repository.host),
            facts=told(facts),
        )
    ]


def _credited(advisory: Node, host: str) -> list[Participant]:
    """Each role of each person once, for credits that were accepted."""
    parts = [
        Participant(_actor(credit["user"], host), ROLES[credit["type"]])
        for credit in advisory["credits_detailed"] or ()
        if credit["state"] == "accepted" and credit["type"] in ROLES
    ]
    return list(dict.fromkeys(parts))


def _actor(user: Node, host: str) -> ActorRecord:
    login = user["login"]
    return ActorRecord(host, str(int(user["id"])), login, is_bot=is_bot(login))
