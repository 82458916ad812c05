"""The form of a certificate that is bound to a key of its holder, as wallets hold it.

It says what the certificate says, under the same id and in the same place of the status list, and
is revoked with it. Only the subject differs: it is the holder's DID, so that whoever shows the
credential can be asked to prove that they hold the key. By Open Badges 3.0 ("Equality and
comparison") the same id of the same issuer is the same credential, and the later ``validFrom``
counts: nobody has one piece of work twice.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from credits.core.proof import rfc3339


def build_bound_credential(
    credential: Mapping[str, Any], *, holder: str, bound_at: datetime
) -> dict[str, Any]:
    """``credential`` with the DID ``holder`` as its subject, unsigned; see `proof.add_proofs`."""
    unsigned = {name: value for name, value in credential.items() if name != "proof"}
    return unsigned | {
        "validFrom": rfc3339(bound_at),
        "credentialSubject": {**credential["credentialSubject"], "id": holder},
    }
