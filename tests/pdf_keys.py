"""Keys that sign PDFs, as an institution's office would keep them."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

PASSWORD = "only for tests"
OTHER_USES = (
    *("key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign"),
    *("encipher_only", "decipher_only"),
)
KEYS: Mapping[str, Callable[[], rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey]] = {
    "rsa": lambda: rsa.generate_private_key(65_537, 2_048),
    "ec": lambda: ec.generate_private_key(ec.SECP256R1()),
}


def key_file(folder: Path, kind: str = "rsa") -> Path:
    """A key with a certificate that it signed itself."""
    key, now = KEYS[kind](), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Example University")])
    others = dict.fromkeys(OTHER_USES, False)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(
            x509.KeyUsage(digital_signature=True, content_commitment=True, **others), critical=True
        )
        .sign(key, SHA256())
    )
    packed = pkcs12.serialize_key_and_certificates(
        b"office", key, certificate, None, BestAvailableEncryption(PASSWORD.encode())
    )
    file = folder / "office.p12"
    file.write_bytes(packed)
    return file
