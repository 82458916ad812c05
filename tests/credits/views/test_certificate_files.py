"""A certificate as PDF, as a picture and as a badge, beside its page."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from credits.services.certificates import issue_certificate, revoke_certificate
from credits.views.certificate_files import _made
from tests.pages import HOSTILE, sendable, words_of
from tests.pdf_keys import PASSWORD, key_file
from tests.university import *  # noqa: F403
from tests.university import ISSUED

pytestmark = pytest.mark.django_db

FORMS = {
    "pdf": (".pdf", b"%PDF-"),
    "png": ("/share.png", b"\x89PNG"),
    "svg": ("/badge.svg", b"<svg"),
}


def get(client, certificate, form, **query):
    return client.get(f"/c/{certificate.code}{FORMS[form][0]}", query)


@pytest.mark.parametrize("form", FORMS)
def test_each_form_lies_beside_the_page(client, issued, form):
    answer = get(client, issued, form)

    assert answer.status_code == 200
    assert answer.content.startswith(FORMS[form][1])
    assert issued.code in answer["Content-Disposition"]
    assert answer["X-Robots-Tag"] == "noindex"
    assert set(answer["Cache-Control"].split(", ")) == {"max-age=300", "public"}


@pytest.mark.parametrize("form", FORMS)
def test_an_unchanged_form_is_not_sent_again(client, issued, form):
    first = get(client, issued, form)

    again = client.get(
        f"/c/{issued.code}{FORMS[form][0]}", headers={"If-None-Match": first["ETag"]}
    )

    assert again.status_code == 304
    assert get(client, issued, form).content == first.content


@pytest.mark.parametrize("form", FORMS)
def test_a_revoked_certificate_has_another_form_at_once(client, issued, form):
    valid = get(client, issued, form)
    revoke_certificate(issued, reason="Copied", now=ISSUED)

    revoked = get(client, issued, form)

    assert revoked.content != valid.content
    assert revoked["ETag"] != valid["ETag"]
    if form == "svg":
        assert b"REVOKED" in revoked.content


@pytest.mark.parametrize("form", FORMS)
def test_a_language_can_be_asked_for(client, issued, form):
    english, chinese = (get(client, issued, form, lang=lang) for lang in ("en", "zh"))

    assert english.content != chinese.content
    assert get(client, issued, form).content == english.content


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("value", HOSTILE)
def test_no_parameter_breaks_it(client, issued, form, value):
    assert get(client, issued, form, lang=sendable(value)).status_code == 200


@pytest.mark.parametrize("form", FORMS)
def test_a_code_that_nobody_has_has_no_form(client, issued, form):
    assert client.get(f"/c/OC-0000-0000-0000-0000{FORMS[form][0]}").status_code == 404
    assert client.post(f"/c/{issued.code}{FORMS[form][0]}").status_code == 405


@pytest.mark.parametrize("form", FORMS)
def test_the_number_of_queries_is_fixed(client, issued, form):
    get(client, issued, form)

    with CaptureQueriesContext(
        connection,
    ) as queries:
        get(client, issued, form)

    assert len(queries) <= 5


def test_a_name_that_no_font_can_print_is_told_in_words(client, student, project, issued):
    User.objects.filter(pk=student.pk).update(display_name="Li \U00010900")
    student.refresh_from_db()
    begun, end = issued.period_start, issued.period_end
    unprintable = issue_certificate(student, start=begun, end=end, now=ISSUED)

    answer = get(client, unprintable, "pdf")

    assert answer.status_code == 422
    assert "U+10900, PHOENICIAN LETTER ALF" in words_of(answer)
    assert get(client, unprintable, "svg").status_code == 200


def test_the_page_offers_them(client, issued):
    html = client.get(issued.get_absolute_url()).content.decode()

    assert f'href="/c/{issued.code}.pdf?lang=en"' in html
    assert f'href="/c/{issued.code}/share.png?lang=en"' in html
    assert f"(http://testserver/c/{issued.code}/badge.svg?lang=en)" in html
    assert "linkedin.com" not in html


def test_the_holder_is_offered_linkedin_as_a_plain_link(client, student, issued):
    client.force_login(student)

    html = client.get(issued.get_absolute_url()).content.decode()

    assert 'href="https://www.linkedin.com/profile/add?startTask=CERTIFICATION_NAME&amp;' in html
    assert not re.search(r'src="https?://(?!testserver)', html)


def test_a_preview_elsewhere_shows_the_picture_and_the_verdict(client, issued):
    html = client.get(issued.get_absolute_url()).content.decode()

    image = re.search('property="og:image" content="([^"]+)"', html)[1]
    assert client.get(image)["Content-Type"] == "image/png"
    assert 'property="og:title" content="Li Ming: Certificate of Open-Source Contribution"' in html
    assert re.search(r'og:description" content="This certificate is valid\. 65(\.0)? points', html)


def test_a_link_to_the_pdf_leads_to_the_page(client, issued):
    answer = client.post("/verify", {"text": f"http://testserver/c/{issued.code}.pdf"})

    assert answer["Location"] == issued.get_absolute_url()


def test_the_list_of_certificates_links_each_pdf(client, student, issued):
    client.force_login(student)

    html = client.get("/me/certificates").content.decode()

    assert f'href="/c/{issued.code}.pdf?lang=en"' in html


def test_with_a_key_of_the_institution_the_pdf_is_signed_while_it_is_valid(
    client, issued, settings, tmp_path
):
    unsigned = get(client, issued, "pdf")
    settings.PDF_KEY_FILE, settings.PDF_KEY_PASSWORD = key_file(tmp_path), PASSWORD
    _made.cache_clear()

    signed = get(client, issued, "pdf")

    assert signed.content.startswith(unsigned.content)
    assert b"ETSI.CAdES.detached" in signed.content
    assert signed["ETag"].startswith('W/"')
    revoke_certificate(issued, reason="Copied", now=ISSUED)
    assert b"ETSI.CAdES.detached" not in get(client, issued, "pdf").content
