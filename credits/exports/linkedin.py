"""A link that opens LinkedIn's form for a certificate, filled in.

A plain link, for its holder to follow: nothing is sent from here, and no script of LinkedIn's is
on our pages. The parameters are those of LinkedIn's "Add to profile" (2026).
"""

from urllib.parse import urlencode

from credits.core.papers import Paper
from credits.exports.sheet_words import WORDS

ADD_TO_PROFILE = "https://www.linkedin.com/profile/add"


def add_to_profile_url(paper: Paper, language: str = "en") -> str:
    """LinkedIn's form with what stands in the certificate, except its holder's name."""
    name = WORDS["title"][language]
    if len(paper.projects) == 1:
        name = f"{name}: {paper.projects[0]}"
    fields = {
        "startTask": "CERTIFICATION_NAME",
        "name": name,
        "organizationName": paper.issuer,
        "issueYear": paper.issued_at.year if paper.issued_at else "",
        "issueMonth": paper.issued_at.month if paper.issued_at else "",
        "expirationYear": paper.expires_at.year if paper.expires_at else "",
        "expirationMonth": paper.expires_at.month if paper.expires_at else "",
        "certUrl": paper.address,
        "certId": paper.code,
    }
    given = {field: value for field, value in fields.items() if value != ""}
    return f"{ADD_TO_PROFILE}?{urlencode(given)}"
