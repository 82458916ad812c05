"""The accounts behind the addresses in commits, which git lacks: each address is asked for once.

One commit of each address is looked at, many in one request. An address that holds an account's
number needs no question, and where nobody reads mail no answer is believed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from harvesters.commits import each_once
from harvesters.forge import (
    ActorRecord,
    ContributionRecord,
    Page,
    RepositoryRecord,
    Role,
    SourceNotFoundError,
    Transport,
)
from harvesters.forges.github.nodes import Node, items_of
from harvesters.forges.github.queries import ask
from harvesters.forges.github.stand import Account, Stand
from harvesters.people import GIT_HOST, actor_of, is_bot, is_noreply

COMMITS_OF_ITEM = 4
"""So many commits weigh as much as an item of a usual page: 100, when a page has 25 items."""

MOST_KNOWN = 500
"""So many addresses are remembered from page to page, those that wrote last."""

WRITERS = frozenset({Role.AUTHOR, Role.CO_AUTHOR, Role.COMMITTER})
"""Of whom GitHub tells the accounts; of reviewers that a commit names it knows nothing."""

Accounts = dict[str, Account]
"""By the address as `_key` writes it: number and login, or nothing where nobody has it."""


def add_accounts(
    transport: Transport, page: Page, stand: Stand, repository: RepositoryRecord
) -> tuple[Page, Stand]:
    """``page`` with the accounts of those who wrote its commits, and what is known after it."""
    known = {key: stand.accounts.get(key) for key in _keys_in(page.records)}
    asked = _to_ask(page.records, {key for key, account in known.items() if account is None})
    size = COMMITS_OF_ITEM * stand.page
    for start in range(0, len(asked), size):
        known |= _ask(transport, stand.node, asked[start : start + size])
    found = {key: account or [] for key, account in known.items()}
    others = {key: account for key, account in stand.accounts.items() if key not in found}
    behind = replace(stand, accounts=dict([*others.items(), *found.items()][-MOST_KNOWN:]))
    records = [_with_accounts(record, found, repository.host) for record in page.records]
    gaps = [
        replace(gap, concerns=tuple(_account(one, found, repository.host) for one in gap.concerns))
        for gap in page.gaps
    ]
    return replace(page, records=records, gaps=gaps), behind


def _key(actor: ActorRecord) -> str:
    """An address, as short as it can be told from others; empty for whoever has an account."""
    kind, _, digest = actor.external_id.partition(":")
    return digest[:24] if actor.host == GIT_HOST and kind == "email" else ""


def _keys_in(records: Sequence[ContributionRecord]) -> Iterator[str]:
    for record in records:
        for part in record.participants:
            if part.role in WRITERS and (key := _key(part.actor)):
                yield key


def _to_ask(records: Sequence[ContributionRecord], unknown: set[str]) -> list[str]:
    """The hashes of commits that name every address which is ``unknown``."""
    asked = []
    for record in records:
        found = unknown.intersection(_keys_in([record]))
        if found:
            asked.append(record.external_id)
            unknown = unknown - found
    return asked


def _ask(transport: Transport, node: str, shas: Sequence[str]) -> Accounts:
    commits = [
        f'commit{place}: object(oid: "{sha}") {{ ...writers }}' for place, sha in enumerate(shas)
    ]
    text = _QUERY.format("\n    ".join(commits))
    found = ask(transport, "Writers", text=text, may_hide=True, repository=node)
    shown = found.data["repository"]
    if shown is None:
        raise SourceNotFoundError("GitHub does not show the repository whose commits we have.")
    return {key: account for commit in shown.values() for key, account in _told(commit)}


_QUERY = """
query Writers($repository: ID!) {{
  ...limit
  repository: node(id: $repository) {{ ... on Repository {{
    {}
  }} }}
}}
"""


def _told(commit: Node | None) -> Iterator[tuple[str, Account]]:
    """Who has the addresses in a commit; nothing of one that GitHub does not show."""
    people = [*items_of(commit["authors"]), commit["committer"]] if commit else []
    for person in people:
        email, user = (person or {}).get("email") or "", (person or {}).get("user")
        key = _key(actor_of("", email))
        if key and user and user["databaseId"] and not is_noreply(email):
            yield key, [str(user["databaseId"]), user["login"]]


def _with_accounts(
    record: ContributionRecord, known: Mapping[str, Account], host: str
) -> ContributionRecord:
    parts = [replace(part, actor=_account(part.actor, known, host)) for part in record.participants]
    return replace(record, participants=each_once(parts))


def _account(actor: ActorRecord, known: Mapping[str, Account], host: str) -> ActorRecord:
    account = known.get(_key(actor))
    if not account:
        return actor
    number, login = account
    return ActorRecord(host, number, login, is_bot=actor.is_bot or is_bot(login))
