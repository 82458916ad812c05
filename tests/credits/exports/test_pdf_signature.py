"""A signature on the PDF, as poppler's ``pdfsig`` sees it."""

import pytest

from credits.exports.fonts import font_shelf
from credits.exports.pdf import certificate_pdf
from credits.exports.pdf_signature import PdfSignatureError, pdf_signer, sign_pdf
from credits.exports.sheet import Sheet
from tests.pdf_keys import KEYS, PASSWORD, key_file
from tests.printing import CREDENTIAL, pages_of, paper_of, poppler


@pytest.fixture
def pdf():
    return certificate_pdf(Sheet(paper_of(), CREDENTIAL), font_shelf())


@pytest.mark.parametrize("kind", KEYS)
def test_pdfsig_accepts_it_and_it_covers_the_whole_file(tmp_path, pdf, kind):
    path, out = tmp_path / "signed.pdf", tmp_path / "out.json"
    path.write_bytes(sign_pdf(pdf, pdf_signer(key_file(tmp_path, kind), PASSWORD)))

    told = poppler("pdfsig", "-nocert", str(path))

    assert "Signature is Valid." in told
    assert "Signer Certificate Common Name: Example University" in told
    assert "Signature Type: ETSI.CAdES.detached" in told
    assert "Total document signed" in told
    assert pages_of(path) == 1
    poppler("pdfdetach", "-save", "1", "-o", str(out), str(path))
    assert out.read_text(encoding="utf-8") == CREDENTIAL


def test_a_changed_file_is_not_accepted(tmp_path, pdf):
    signed = bytearray(sign_pdf(pdf, pdf_signer(key_file(tmp_path), PASSWORD)))
    path = tmp_path / "changed.pdf"
    signed[len(pdf) // 2] ^= 1
    path.write_bytes(signed)

    assert "Digest Mismatch" in poppler("pdfsig", "-nocert", str(path))


def test_a_wrong_password_is_told(tmp_path):
    with pytest.raises(PdfSignatureError, match="OPENCREDITS_PDF_KEY_PASSWORD"):
        pdf_signer(key_file(tmp_path), "another")


def test_a_file_that_is_missing_or_no_key_is_told(tmp_path):
    (tmp_path / "text.p12").write_text("no key")

    with pytest.raises(PdfSignatureError, match="nowhere cannot be read"):
        pdf_signer(tmp_path / "nowhere", PASSWORD)
    with pytest.raises(PdfSignatureError, match=r"text\.p12"):
        pdf_signer(tmp_path / "text.p12", PASSWORD)
