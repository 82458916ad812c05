"""Who reviewed a merge request on GitLab: who approved it, and who opened or answered threads.

GitLab knows no review as such: somebody approves, asks for changes, or writes in threads that
can be resolved. Whatever one account did so is one review of a merge request; their last decision
is its state. What somebody says on their own change is neither a review nor a comment.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from harvesters.forge import ActorRecord, ContributionRecord, Kind, Participant, Role
from harvesters.forges.gitlab.items import Item, is_same, told
from harvesters.forges.gitlab.work import Note, Thread, notes_of

DECISIONS = {
    "approved this merge request": "approved",
    "unapproved this merge request": "dismissed",
    "requested changes": "changes_requested",
}
"""What GitLab itself notes when somebody decides. The list of approvals tells no time."""


@dataclass(slots=True)
class _Part:
    """What one account did in the review of a merge request."""

    reviewer: ActorRecord
    decision: Note | None = None
    remarks: list[Note] = field(default_factory=list)
    resolved: int = 0

    @property
    def state(self) -> str:
        decided = DECISIONS[self.decision.body.strip()] if self.decision else "commented"
        return "commented" if decided == "dismissed" and self.remarks else decided

    @property
    def first(self) -> Note:
        return self.decision or min(self.remarks, key=lambda note: note.at)


def review_records(
    change: Item, threads: Sequence[Thread], author: ActorRecord
) -> Iterator[ContributionRecord]:
    """The review of ``change`` by each account but its ``author``."""
    for part in _parts(threads, author):
        facts = {
            "review_state": part.state,
            "comments": len(part.remarks),
            "resolved_threads": part.resolved,
            "pull_requests": [change["iid"]],
        }
        yield ContributionRecord(
            external_id=f"{change['id']}:{part.reviewer.external_id}",
            kind=Kind.REVIEW,
            occurred_at=part.first.at,
            state=part.state,
            title=change["title"],
            url=_url(change, part.first),
            participants=[Participant(part.reviewer, Role.REVIEWER)],
            facts=told(facts),
        )


def comment_records(
    change: Item, threads: Sequence[Thread], author: ActorRecord
) -> Iterator[ContributionRecord]:
    """Each comment on lines by somebody else than the ``author``."""
    for note in notes_of(threads):
        if note.is_system or not note.path or is_same(note.author, author):
            continue
        yield ContributionRecord(
            external_id=str(note.number),
            kind=Kind.COMMENT,
            occurred_at=note.at,
            state="shown",
            title=change["title"],
            url=_url(change, note),
            participants=[Participant(note.author, Role.AUTHOR)],
            facts={"path": note.path, "pull_requests": [change["iid"]]},
        )


def _parts(threads: Sequence[Thread], author: ActorRecord) -> list[_Part]:
    parts: dict[str, _Part] = {}

    def part_of(note: Note) -> _Part:
        return parts.setdefault(note.author.external_id, _Part(note.author))

    for note in sorted(notes_of(threads), key=lambda note: (note.at, note.number)):
        if note.is_system and note.body.strip() in DECISIONS:
            part_of(note).decision = note
    for thread in threads:
        said = [note for note in thread.notes if not note.is_system]
        if not thread.is_resolvable or not said:
            continue
        for note in said:
            part_of(note).remarks.append(note)
        part_of(said[0]).resolved += thread.is_resolved
    return [part for part in parts.values() if not is_same(part.reviewer, author)]


def _url(change: Item, note: Note) -> str:
    return f"{change['web_url']}#note_{note.number}"
