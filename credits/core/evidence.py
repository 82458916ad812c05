"""The evidence record: every counted contribution with its reasons, pinned by the certificate.

Beside them stands what the points were computed from, so that `credits.core.recompute` can derive
each again.
Titles and addresses come from strangers; here they are made fit to be signed.
"""

import re
from typing import Any

from credits.core.canonical import canonical_json, digest_sri
from credits.core.certificate_facts import CertificateFacts
from credits.core.proof import CONTROL, rfc3339
from credits.core.scoring_record import Ranks, packed

TITLE_LENGTH = 300
WEB_ADDRESS = re.compile(r"https?://[^/\s]+", re.IGNORECASE)
NOT_IN_ADDRESS = re.compile(r'[^\x21-\x7e]|[<>"{}|^`\\]')
SURROGATE = re.compile("[\ud800-\udfff]")
EVIDENCE_TYPE = "opencredits-evidence/v2"


def build_evidence_record(facts: CertificateFacts) -> dict[str, Any]:
    """Every counted contribution with its reasons: what the certificate pins by digest.

    Serve `evidence_bytes` of the same facts: the digest is over those bytes.
    """
    rules = facts.rule_set
    ranks = Ranks.of([item for each in facts.scoring for item in each.items])
    return {
        "id": facts.evidence_url,
        "type": EVIDENCE_TYPE,
        "certificate": facts.id,
        "code": facts.code,
        "issuer": facts.issuer.did,
        "subject": facts.holder.subject_id,
        "period": {"start": rfc3339(facts.period_start), "end": rfc3339(facts.period_end)},
        "rule_set": {
            "slug": rules.slug,
            "version": rules.version,
            "url": rules.url,
            "source": rules.source_url,
            "digest": digest_sri(rules.source.encode()),
        },
        "projects": [{"name": shown(each.name), "url": each.url} for each in facts.projects],
        "totals": {
            "contributions": facts.count,
            "points": decimal_text(facts.points),
            "kinds": [
                {
                    "kind": each.kind,
                    "contributions": each.count,
                    "points": decimal_text(each.points),
                }
                for each in facts.totals
            ],
        },
        "contributions": [
            present(
                {
                    "url": web_address(item.url) or None,
                    "project": item.project or None,
                    "repository": item.repository,
                    "external_id": item.external_id,
                    "title": shown(item.title),
                    "kind": item.kind,
                    "category": item.category,
                    "role": item.role,
                    "occurred_at": rfc3339(item.occurred_at),
                    "points": decimal_text(item.points),
                    "reasons": [
                        {**reason, "points": decimal_text(reason["points"])}
                        for reason in item.reasons
                    ],
                    "ai_assistance": list(item.ai_assistance) or None,
                    "digest": item.digest,
                    "part": ranks.parts.get(item.participation),
                }
            )
            for item in facts.evidence
        ],
        "scoring": [packed(each, facts.rule_set.reads, ranks) for each in facts.scoring],
    }


def evidence_bytes(facts: CertificateFacts) -> bytes:
    """The evidence record, byte for byte as the certificate pins it."""
    return canonical_json(build_evidence_record(facts))


def decimal_text(thousandths: int) -> str:
    """Points as people read them, with at most three places: 12500 is "12.5"."""
    whole, rest = divmod(abs(thousandths), 1000)
    sign = "-" if thousandths < 0 else ""
    return f"{sign}{whole}.{rest:03}".rstrip("0") if rest else f"{sign}{whole}"


def evidence_ids(facts: CertificateFacts) -> list[str]:
    """An id for each piece of evidence: its address, or its place in the record.

    An address that stands twice (author and reviewer of one change) would merge two pieces into
    one node, and none at all would make a blank node that is costly to canonicalise.
    """
    seen, addresses = {facts.evidence_url}, []
    for number, item in enumerate(facts.evidence):
        address = web_address(item.url)
        if not address or address in seen:
            address = f"{facts.evidence_url}#{number}"
        seen.add(address)
        addresses.append(address)
    return addresses


def web_address(url: str) -> str:
    """``url`` if it is one of the web, with what no address may hold written in percent.

    So are letters beyond ASCII: verifiers differ in which of them may stand in an address, and in
    how they sort them.
    """
    if not WEB_ADDRESS.match(url):
        return ""
    if not NOT_IN_ADDRESS.search(url):
        return url
    return NOT_IN_ADDRESS.sub(lambda found: _percent(found[0]), SURROGATE.sub("\ufffd", url))


def _percent(letter: str) -> str:
    return "".join(f"%{byte:02X}" for byte in letter.encode())


def shown(text: str) -> str:
    """A title as it can be signed: strangers write titles, and none may prevent a certificate."""
    if not text.isprintable():
        text = SURROGATE.sub("\ufffd", CONTROL.sub(" ", text)).replace("\n", " ")
    return text.strip()[:TITLE_LENGTH]


def present(document: dict[str, Any]) -> dict[str, Any]:
    """``document`` without what is absent (None), at every depth of its objects."""
    return {
        key: present(value) if isinstance(value, dict) else value
        for key, value in document.items()
        if value is not None
    }
