"""The samples of the official validator: good ones verify, each bad one fails for its reason."""

import json

import pytest
from jsonschema.validators import validator_for

from credits.core.canonical import DocumentError
from credits.core.contexts import BUNDLED
from credits.core.jsonld import to_quads
from credits.core.multikey import DID_KEY, decode_public_key
from credits.core.proof import _rdfc_options, check_proof
from credits.core.rdfc import canonicalize
from credits.core.shape import issuer_id
from tests.credentials import NOW, VECTORS

FOLDER = VECTORS / "openbadges-3.0"
ADDRESSES = {
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json": "ob-v3p0-context-3.0.2.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json": "ob-v3p0-extensions.json",
}


def published(path):
    return json.loads((VECTORS / path).read_text(encoding="utf-8"))


CONTEXTS = BUNDLED.with_documents(
    {address: published(f"contexts/{name}") for address, name in ADDRESSES.items()}
)
GOOD = [
    "openbadges-3.0/complete.json",
    "openbadges-3.0/endorsement-valid.json",
    "openbadges-3.0/simple.json",
    "openbadges-3.0/simple-context-alias.json",
    "openbadges-3.0/simple-context-version.json",
    "openbadges-3.0/simple-did-key-method.json",
    "openbadges-3.0/simple-did-web-method.json",
    "openbadges-3.0/simple-multiple-proofs.json",
    "clr-2.0/simple.json",
]
REASONS = {
    "simple-err-context": "$.type: 'DataIntegrityProof'",
    "simple-err-credential-subject-achievement-result-description-type": "InvalidResultDescription",
    "simple-err-credential-subject-identifier-type": "InvalidIdentityObject",
    "simple-err-credential-subject-profile-type": "InvalidProfile",
    "simple-err-credential-subject-result-type": "InvalidResult",
    "simple-err-credential-subject-type": "InvalidAchievementSubject",
    "simple-err-evidence-type": "InvalidEvidence",
    "simple-err-issuer-otheridentifier-type": "InvalidIdentifierEntry",
    "simple-err-issuer-parentorg-type": "InvalidProfile",
    "simple-err-issuer-type": "InvalidProfile",
    "simple-err-proof-method": "not an Ed25519 public key",
    "simple-err-proof-method-no-scheme": "$.verificationMethod",
    "simple-err-proof-method-unknown-did-method": "not multibase base58btc",
    "simple-err-proof-method-unknown-scheme": "not multibase base58btc",
    "simple-err-proof-value": "the signature does not fit",
    "simple-err-type": "OtherCredential",
    # Their signatures hold; what is wrong is said elsewhere in the document.
    "simple-err-expired": "expired",
    "simple-err-issued": "not yet valid",
    "simple-err-issuer": "signed by another than its issuer",
}


def problem(document):
    """What is wrong with a sample, by the key that its method names; empty if nothing is."""
    proofs = document["proof"] if isinstance(document["proof"], list) else [document["proof"]]
    (proof,) = (each for each in proofs if each["type"] == "DataIntegrityProof")
    method = proof["verificationMethod"]
    try:
        if not check_proof(document, proof, key_in(method), CONTEXTS):
            return "the signature does not fit"
    except DocumentError as error:
        return str(error)
    if document.get("validUntil", "9") < NOW.isoformat():
        return "expired"
    if document["validFrom"] > NOW.isoformat():
        return "not yet valid"
    controller = method.partition("#")[0]
    is_own = controller == issuer_id(document) or controller.startswith("did:")
    return "" if is_own else "signed by another than its issuer"


def key_in(method):
    """The Multikey that ends a method, or that is the did:key itself."""
    if method.startswith(DID_KEY):
        return decode_public_key(method.removeprefix(DID_KEY).partition("#")[0])
    return decode_public_key(method.rpartition("#")[2])


@pytest.mark.parametrize("path", GOOD)
def test_good_samples_verify(path):
    assert problem(published(path)) == ""


@pytest.mark.parametrize("name", REASONS)
def test_bad_samples_fail_each_for_its_reason(name):
    assert REASONS[name] in problem(published(f"openbadges-3.0/{name}.json"))


def test_every_sample_is_shown():
    there = {path.stem for path in FOLDER.glob("*.json")}

    assert there == {path.split("/")[1][:-5] for path in GOOD if "clr" not in path} | set(REASONS)


@pytest.mark.parametrize("path", [path for path in GOOD if "endorsement" not in path])
def test_good_samples_have_the_form_of_their_schema(path):
    name = "clrcredential" if "clr" in path else "achievementcredential"
    version = "clr_v2p0" if "clr" in path else "ob_v3p0"
    schema = published(f"schemas/{version}_{name}_schema.json")

    assert list(validator_for(schema)(schema).iter_errors(published(path))) == []


def test_the_signing_example_of_the_guide_becomes_its_published_text():
    document = published("openbadges-3.0/simple.json")
    document["issuer"] |= {
        "id": "https://example.edu/issuers/565049",
        "url": "https://www.imsglobal.org",
    }
    proof = document.pop("proof")[0]
    key = proof["verificationMethod"].rpartition("#")[2]
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    options["verificationMethod"] = f"https://example.edu/issuers/565049#{key}"

    canonical = canonicalize(to_quads(document, CONTEXTS))
    configuration = _rdfc_options(options, document, CONTEXTS).decode()

    assert canonical.strip() == (FOLDER / "obv3p0/document-canon.txt").read_text().strip()
    assert configuration.strip() == (FOLDER / "obv3p0/proof-canon.txt").read_text().strip()
