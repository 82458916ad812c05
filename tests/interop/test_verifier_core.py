"""Our certificates in front of @digitalcredentials/verifier-core, by the makers of many wallets."""

import json

import pytest

from tests.credentials import BASE, DID_DOCUMENT, STATUS_INDEX, STATUS_LIST, VECTORS
from tests.interop.node import contexts, install, program, run
from tests.interop.shown import GOOD, RECORD, TAMPERED, status_list

SCHEMAS = {
    f"https://purl.imsglobal.org/spec/{folder}/v{version}p0/schema/json/{name}": json.loads(
        (VECTORS / "schemas" / name).read_text(encoding="utf-8")
    )
    for folder, version, name in (
        ("ob", 3, "ob_v3p0_achievementcredential_schema.json"),
        ("clr", 2, "clr_v2p0_clrcredential_schema.json"),
    )
}


@pytest.fixture(scope="session")
def show():
    """Show credentials to the verifier; its verdicts by name."""
    install()

    def shown(credentials, listed):
        own = {f"{BASE}/.well-known/did.json": DID_DOCUMENT, STATUS_LIST: listed}
        given = {"documents": contexts() | SCHEMAS | own, "credentials": credentials}
        answer = json.loads(run([program("node"), "verify_dcc.mjs"], json.dumps(given)))
        assert answer["missing"] == []
        return answer["verdicts"]

    return shown


def test_it_accepts_certificates_and_a_record_and_refuses_tampered_ones(show):
    verdicts = show(GOOD | TAMPERED | {"record": RECORD}, status_list(7, 1000))

    for name in (*GOOD, "record"):
        assert verdicts[name]["errors"] == [], name
        assert verdicts[name]["log"]["valid_signature"] is True, name
        assert verdicts[name]["log"].get("revocation_status") in {True, None}, name
    assert {name: verdicts[name]["errors"] for name in TAMPERED} == {
        name: ["jsonld.ValidationError" if name == "undefined term" else "invalid_signature"]
        for name in TAMPERED
    }


def test_it_sees_revocation(show):
    verdicts = show(GOOD, status_list(STATUS_INDEX))

    assert {verdicts[name]["log"]["revocation_status"] for name in GOOD} == {False}
