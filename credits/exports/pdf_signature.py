"""A PAdES signature on a printed certificate, by a key of the institution (ETSI EN 319 142).

It is beside the proofs of the credential within, not instead of them: it is for offices whose
programs look at signatures of PDFs and at nothing else. pyHanko does the work; it comes along
only with ``opencredits[signatures]``, because it brings a dozen packages that few sites need.
"""

from datetime import datetime
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from credits.core.canonical import DocumentError

if TYPE_CHECKING:
    from pyhanko.sign.signers import SimpleSigner

FIELD = "Institution"


class PdfSignatureError(DocumentError):
    """The key that signs PDFs cannot be used; the message says why."""


@lru_cache(maxsize=4)
def pdf_signer(file: Path, password: str) -> "SimpleSigner":
    """The key and the certificate in ``file`` (PKCS #12), read once in the life of a process.

    Raises:
        PdfSignatureError: pyHanko is not installed, or the file cannot be opened.
    """
    try:
        from pyhanko.sign.signers import SimpleSigner  # noqa: PLC0415 - not everybody has it
    except ImportError as error:
        raise PdfSignatureError(
            "pyHanko is not installed; run: pip install 'opencredits[signatures]'"
        ) from error
    try:
        data = file.read_bytes()
    except OSError as error:
        raise PdfSignatureError(f"{file} cannot be read: {error.strerror}") from error
    try:
        signer: SimpleSigner = SimpleSigner.load_pkcs12_data(
            data, (), passphrase=password.encode() or None
        )
    except ValueError as error:
        raise PdfSignatureError(
            f"{file} cannot be opened; correct OPENCREDITS_PDF_KEY_PASSWORD, and see that it is a"
            " PKCS #12 file with a key and its certificate"
        ) from error
    return signer


def holder_and_end(signer: "SimpleSigner") -> tuple[str, datetime]:
    """Whose key it is by its certificate, and until when that is good."""
    certificate = signer.signing_cert
    if certificate is None:
        raise PdfSignatureError("the key has no certificate; put both into one PKCS #12 file")
    end: datetime = certificate.not_valid_after
    return str(signer.subject_name), end


def sign_pdf(pdf: bytes, signer: "SimpleSigner") -> bytes:
    """``pdf`` with an invisible signature over all of it, which allows no change.

    It tells when it was made, so two signatures of the same bytes differ.
    """
    from pyhanko.pdf_utils.incremental_writer import (  # noqa: PLC0415 - as above
        IncrementalPdfFileWriter,
    )
    from pyhanko.sign import fields, signers  # noqa: PLC0415 - as above

    about = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
    )
    out = signers.sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)), about, signer=signer)
    signed: bytes = out.getvalue()
    return signed
