"""The DID documents beside a certificate: its issuer's, and that of the site that keeps the log."""

import json
from collections.abc import Iterable
from pathlib import Path

from accounts.models import Institution
from credits.management.companions import Companion, companion_paths
from credits.services.issuer import did_document


def did_documents_beside(out: Path, issuers: Iterable[Institution | None]) -> dict[Path, str]:
    """What to write beside ``out``: the documents of ``issuers`` (None: the site) and the site."""
    documents = [did_document(issuer) for issuer in dict.fromkeys([*issuers, None])]
    texts = (json.dumps(document, ensure_ascii=False, indent=2) for document in documents)
    return dict(zip(companion_paths(out, Companion.DID_DOCUMENT), texts, strict=False))
