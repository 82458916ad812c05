"""By what contributions are known to hold the same work; see `harvesters.models.WorkKey`.

They are read from the facts and stored with them, so that who counts what can be found by index.
"""

import re
from collections.abc import Iterator

from harvesters.forge import ContributionRecord, Kind

_HASH = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}", re.ASCII)
_REVERTED = re.compile(r"[0-9a-f]{7,64}|#[1-9][0-9]{0,8}", re.ASCII)
PATCH, REVERTED, REVIEWED = "~", "!", "@"
"""How the keys begin that tell a patch, what is taken back, and what is reviewed; see `WorkKey`."""
LARGEST_NUMBER = 2**31 - 1


def work_keys(record: ContributionRecord) -> dict[str, bool]:
    """The keys of ``record``; True for the commit that only merged it.

    A number tells less than a hash, so a change whose merge is known goes by no number.
    """
    if record.kind is Kind.COMMIT:
        return dict.fromkeys([*_numbers(record), *_marked(record)], False)
    if record.kind is Kind.REVIEW:
        numbers = (number.replace("#", REVIEWED) for number in _numbers(record))
        return dict.fromkeys(numbers, False)
    if record.kind is not Kind.CHANGE:
        return {}
    commits = record.facts.get("commits")
    merge = record.facts.get("merge_commit")
    keys = {merge: True} if _is_hash(merge) else dict.fromkeys(_numbers(record), False)
    own = filter(_is_hash, commits) if isinstance(commits, list | tuple) else ()
    return keys | dict.fromkeys([*own, *_marked(record)], False)


def _marked(record: ContributionRecord) -> Iterator[str]:
    """By what it is no work of its own to hold: the patch, and what it takes back."""
    patch, reverted = record.facts.get("patch_id"), record.facts.get("reverts")
    if _is_hash(patch):
        yield f"{PATCH}{patch}"
    if isinstance(reverted, str) and _REVERTED.fullmatch(reverted):
        yield f"{REVERTED}{reverted}"


def _numbers(record: ContributionRecord) -> Iterator[str]:
    numbers = record.facts.get("pull_requests")
    for number in numbers if isinstance(numbers, list | tuple) else ():
        if type(number) is int and 0 < number <= LARGEST_NUMBER:
            yield f"#{number}"


def _is_hash(value: object) -> bool:
    return isinstance(value, str) and _HASH.fullmatch(value) is not None


STAGE_KEYS = """
CREATE TEMPORARY TABLE staged_key (kind text, external_id text, key text, is_merge boolean)
ON COMMIT DROP
"""

MERGE_KEYS = """
INSERT INTO harvesters_workkey AS kept (contribution_id, key, is_merge)
SELECT contribution.id, staged.key, staged.is_merge
FROM staged_key staged
JOIN harvesters_contribution contribution ON contribution.repository_id = %(repository)s
    AND (contribution.kind, contribution.external_id) = (staged.kind, staged.external_id)
ORDER BY contribution.id, staged.key
ON CONFLICT (contribution_id, key) DO UPDATE SET is_merge = excluded.is_merge
WHERE kept.is_merge IS DISTINCT FROM excluded.is_merge
"""

RETIRE_KEYS = """
DELETE FROM harvesters_workkey kept
USING harvesters_contribution contribution
JOIN staged_contribution mentioned
    ON (contribution.kind, contribution.external_id) = (mentioned.kind, mentioned.external_id)
WHERE contribution.repository_id = %(repository)s AND kept.contribution_id = contribution.id
    AND NOT EXISTS (
        SELECT 1 FROM staged_key staged
        WHERE (staged.kind, staged.external_id, staged.key)
            = (contribution.kind, contribution.external_id, kept.key))
"""
