"""Certificates with names in every script, many items and odd numbers, each by its own seed."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

from credits.core.certificate_facts import (
    CertificateFacts,
    EvidenceItem,
    Holder,
    Issuer,
    KindTotal,
    ProjectFacts,
    RuleSetFacts,
)
from credits.core.rules import Alignment
from tests.credentials import BASE, DID

EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
SCRIPTS = {
    "ASCII": (0x41, 0x5A),
    "Latin": (0xA1, 0x17F),
    "combining marks": (0x300, 0x36F),
    "Greek and Cyrillic": (0x370, 0x52F),
    "Hebrew and Arabic": (0x5D0, 0x6FF),
    "Devanagari": (0x900, 0x97F),
    "Thai and Tibetan": (0xE00, 0xFFF),
    "signs, also invisible ones": (0x2000, 0x2BFF),
    "Kana": (0x3040, 0x30FF),
    "Chinese": (0x4E00, 0x9FFF),
    "Hangul": (0xAC00, 0xD7A3),
    "private use": (0xE000, 0xE0FF),
    "full width": (0xFF01, 0xFFEE),
    "Gothic": (0x10330, 0x1034A),
    "letters for formulas": (0x1D400, 0x1D7FF),
    "emoji": (0x1F300, 0x1FAFF),
    "rare Chinese": (0x20000, 0x2A6DF),
}
AWKWARD = ['"', "\\", "\\n", "\\u0041", "'", "<", ">", "{", "}", "|", "^", "`", "%20", "  ", "&"]
IN_TITLES = ["\n", "\t", "\x00", "\x7f", "\x85", "\ud800", "\u2028", "\ufeff", "\u200f"]
CATEGORIES = ("code", "review", "issue", "docs", "model", "dataset", "编码", "a-b_c.d")
MANY_ITEMS = (0, 1, 2, 3, 5, 10, 20, 60)


def random_facts(seed: int) -> CertificateFacts:
    """Facts that nobody would think of, the same for each ``seed``."""
    random = Random(seed)
    start = EPOCH + timedelta(seconds=random.randrange(2 * 10**8))
    code = f"OC-{random.getrandbits(40):010X}"
    evidence = tuple(_item(random) for _ in range(random.choice(MANY_ITEMS)))
    rules = f"{BASE}/rules/{random.randrange(10**6)}/v{random.randrange(9)}"
    return CertificateFacts(
        id=f"{BASE}/c/{code}",
        code=code,
        issuer=Issuer(DID, _text(random), BASE, random.choice(["", "office@example.org"])),
        holder=_holder(random),
        period_start=start,
        period_end=start + timedelta(seconds=random.randrange(1, 10**8)),
        issued_at=start + timedelta(microseconds=random.randrange(10**15)),
        rule_set=RuleSetFacts(
            url=rules,
            source_url=f"{rules}.toml",
            slug="slug",
            version=_text(random),
            title=_text(random),
            description=_text(random),
            source=_text(random),
            alignments=[_alignment(random) for _ in range(random.choice([0, 0, 1, 5]))],
        ),
        projects=tuple(ProjectFacts(_text(random)) for _ in range(random.randrange(4))),
        totals=_totals(random, evidence),
        evidence=evidence,
        status_list_url=f"{BASE}/status/{random.randrange(1, 99)}",
        status_index=random.randrange(131_072),
        expires_at=random.choice([None, start + timedelta(days=random.randrange(1, 9_999))]),
        language=random.choice(["en", "zh"]),
        advised_credits=random.choice([None, _decimal(random)]),
        advised_by=_text(random),
        credits_earned=random.choice([None, _decimal(random)]),
    )


def _holder(random: Random) -> Holder:
    subject = f"urn:uuid:{random.getrandbits(128):032x}"
    names = [_text(random) for _ in range(random.randrange(3))]
    email = random.choice(["", "Li@Example.org"])
    return Holder(subject, names, email, f"{random.getrandbits(128):032x}")


def _alignment(random: Random) -> Alignment:
    """Few texts, so that some are alike in all that they say."""
    words = ["Testing", _text(random)]
    return Alignment(
        category=random.choice(["", "code", "review"]),
        name=random.choice(words),
        url=random.choice([f"{BASE}/skills/1", f"{BASE}/skills/2"]),
        framework=random.choice(["", *words]),
        code=random.choice(["", "5.1"]),
    )


def _item(random: Random) -> EvidenceItem:
    return EvidenceItem(
        url=random.choice(
            ["", "https://forge.example/same", f"https://forge.example/{_text(random)}", "ftp://x"]
        ),
        title=_text(random, IN_TITLES) if random.random() < 0.9 else "",
        category=random.choice(CATEGORIES),
        points=random.choice([0, 1, 999, 1_000, -1_500, random.randrange(10**7)]),
        occurred_at=EPOCH + timedelta(seconds=random.randrange(2 * 10**8)),
        ai_assistance=random.choice([(), (), (_text(random), "Copilot")]),
    )


def _totals(random: Random, evidence: tuple[EvidenceItem, ...]) -> tuple[KindTotal, ...]:
    counts = Counter(item.category for item in evidence)
    return tuple(
        KindTotal(
            kind,
            count,
            sum(item.points for item in evidence if item.category == kind),
            random.choice(["", _text(random)]),
        )
        for kind, count in counts.items()
    )


def _decimal(random: Random) -> Decimal:
    """As many digits as a float holds, and some that it only nearly holds."""
    return Decimal(random.randrange(1, 10 ** random.randrange(1, 14))).scaleb(-random.randrange(7))


def _text(random: Random, more: list[str] | None = None) -> str:
    """A few words, each in a script of its own, with what needs an escape between."""
    words = []
    for _ in range(random.randrange(1, 5)):
        first, last = random.choice(list(SCRIPTS.values()))
        letters = [chr(random.randint(first, last)) for _ in range(random.randrange(1, 9))]
        words.append("".join(letters) + random.choice(["", "", *AWKWARD, *(more or [])]))
    return " ".join(words)
