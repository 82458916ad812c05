"""The link to LinkedIn's form."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

from credits.exports.linkedin import add_to_profile_url
from tests.printing import CODE, paper_of

PAPER = replace(paper_of(), code=CODE)


def fields(paper, language="en"):
    address = urlsplit(add_to_profile_url(paper, language))
    assert address.netloc == "www.linkedin.com"
    return {name: value for name, (value,) in parse_qs(address.query).items()}


def test_it_fills_the_form_in():
    assert fields(PAPER) == {
        "startTask": "CERTIFICATION_NAME",
        "name": "Certificate of Open-Source Contribution: Lantern",
        "organizationName": "University Open Source Office",
        "issueYear": "2026",
        "issueMonth": "9",
        "expirationYear": "2031",
        "expirationMonth": "9",
        "certUrl": PAPER.address,
        "certId": CODE,
    }


def test_it_does_not_tell_the_holders_name():
    assert "Li" not in "".join(fields(PAPER).values()).replace("License", "")


def test_what_is_not_known_is_left_out():
    bare = replace(PAPER, issued_at=None, expires_at=None, projects=["a", "b"])

    given = fields(bare, "zh")

    assert given["name"] == "开源贡献证书"
    assert not {"issueYear", "expirationYear"} & set(given)
