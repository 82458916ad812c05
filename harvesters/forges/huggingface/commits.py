"""Commits of a repository on the Hub, and its release, which is that it was published at all."""

from collections.abc import Mapping
from typing import Any

from harvesters.forge import (
    ActorRecord,
    ContributionRecord,
    Kind,
    Participant,
    RepositoryRecord,
    Role,
)
from harvesters.forges.huggingface.nodes import Node, account_record, moment_of, told
from harvesters.gitlog import closes_of, reverts_of, trailers_of
from harvesters.mechanical import is_mechanical
from harvesters.people import actor_of, ai_assistance

CARD_FACTS: Mapping[str, str] = {
    "license": "licence",
    "base_model": "base_models",
    "datasets": "datasets",
    "language": "languages",
    "pipeline_tag": "task",
    "library_name": "library",
}
"""What a card says, and what we call it."""


def read_commit(node: Node, repository: RepositoryRecord) -> ContributionRecord:
    """A commit, with everybody whom the Hub or its trailers name, each once."""
    message = f"{node['title']}\n\n{node.get('message') or ''}"
    trailers = trailers_of(message)
    people = [account_record(author, repository.host) for author in node["authors"]]
    people += [
        actor_of(trailer.name, trailer.email)
        for trailer in trailers
        if trailer.kind == "co-authored-by"
    ]
    facts = {
        "closes": closes_of(message),
        "reverts": reverts_of(message),
        "trailers": [[trailer.kind, trailer.name] for trailer in trailers],
        "ai_assistance": ai_assistance(trailers),
        "is_mechanical": is_mechanical(node["title"] or "", message),
    }
    return ContributionRecord(
        external_id=node["id"],
        kind=Kind.COMMIT,
        occurred_at=moment_of(node["date"]),
        state="merged",
        title=node["title"] or "(no message)",
        url=f"{repository.url}/commit/{node['id']}",
        participants=_authors(people),
        facts={"sizes": None} | told(facts),
    )


def _authors(people: list[ActorRecord]) -> list[Participant]:
    once = {(one.host, one.external_id, one.login): one for one in people}
    return [
        Participant(one, Role.CO_AUTHOR if place else Role.AUTHOR)
        for place, one in enumerate(once.values())
    ]


def read_release(
    card: Node, creator: ActorRecord, repository: RepositoryRecord
) -> ContributionRecord:
    """The publication of a model, dataset or space, with what its card says."""
    written = card.get("cardData")
    said = written if isinstance(written, dict) else {}
    facts: dict[str, Any] = {name: _texts(said.get(key)) for key, name in CARD_FACTS.items()}
    for key in ("pipeline_tag", "library_name"):
        facts[CARD_FACTS[key]] = facts[CARD_FACTS[key]] or _texts(card.get(key))
    facts |= {
        "base_relation": "".join(_texts(said.get("base_model_relation"))[:1]),
        "card": bool(said),
        "evaluated": bool(said.get("model-index") or card.get("model-index")),
        "gated": bool(card.get("gated")),
    }
    return ContributionRecord(
        external_id=repository.external_id,
        kind=Kind.RELEASE,
        occurred_at=moment_of(card["createdAt"]),
        state="released",
        title=repository.path,
        url=repository.url,
        participants=[Participant(creator, Role.AUTHOR)],
        facts=told(facts),
    )


def _texts(value: Any) -> list[str]:
    """A card is written by hand: one text, a list of them, or anything."""
    values = value if isinstance(value, list) else [value]
    return [each[:200] for each in values[:50] if isinstance(each, str) and each]
