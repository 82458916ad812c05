"""A signed document stays what it says; only its proofs may be renewed, as after a theft."""

from django.db import migrations

OLD = """
DROP TRIGGER issued_certificate_is_final ON credits_certificate;
DROP TRIGGER sealed_certificate_is_final ON credits_sealedcertificate;
DROP TRIGGER bound_certificate_is_final ON credits_boundcertificate;
"""
GUARDS = """
CREATE FUNCTION credits_statement(credential text) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT credential::jsonb - 'proof'
$$;
CREATE TRIGGER issued_certificate_is_final BEFORE UPDATE ON credits_certificate
    FOR EACH ROW WHEN ((OLD.code, OLD.evidence, OLD.digest, OLD.log_entry_id,
            OLD.status_list_id, OLD.status_index)
        IS DISTINCT FROM (NEW.code, NEW.evidence, NEW.digest, NEW.log_entry_id,
            NEW.status_list_id, NEW.status_index)
        OR OLD.signed_at IS NOT NULL AND (OLD.signed_at IS DISTINCT FROM NEW.signed_at
            OR OLD.credential <> NEW.credential
            AND credits_statement(OLD.credential) <> credits_statement(NEW.credential)))
    EXECUTE FUNCTION credits_refuse_edit();
CREATE TRIGGER sealed_certificate_is_final BEFORE UPDATE ON credits_sealedcertificate
    FOR EACH ROW WHEN (
        (OLD.certificate_id, OLD.seal, OLD.leaves, OLD.log_entry_id, OLD.sealed_at)
        IS DISTINCT FROM
        (NEW.certificate_id, NEW.seal, NEW.leaves, NEW.log_entry_id, NEW.sealed_at)
        OR OLD.signed_at IS NOT NULL AND (OLD.signed_at IS DISTINCT FROM NEW.signed_at
            OR OLD.credential <> NEW.credential
            AND credits_statement(OLD.credential) <> credits_statement(NEW.credential)))
    EXECUTE FUNCTION credits_refuse_edit();
CREATE TRIGGER bound_certificate_is_final BEFORE UPDATE ON credits_boundcertificate
    FOR EACH ROW WHEN ((OLD.certificate_id, OLD.holder_did, OLD.log_entry_id, OLD.bound_at)
        IS DISTINCT FROM (NEW.certificate_id, NEW.holder_did, NEW.log_entry_id, NEW.bound_at)
        OR OLD.signed_at IS NOT NULL AND (OLD.signed_at IS DISTINCT FROM NEW.signed_at
            OR OLD.credential <> NEW.credential
            AND credits_statement(OLD.credential) <> credits_statement(NEW.credential)))
    EXECUTE FUNCTION credits_refuse_edit();
"""
UNGUARD = f"{OLD}DROP FUNCTION credits_statement(text);"
FORMER = """
CREATE TRIGGER issued_certificate_is_final BEFORE UPDATE ON credits_certificate
    FOR EACH ROW WHEN ((OLD.code, OLD.evidence, OLD.digest, OLD.log_entry_id,
            OLD.status_list_id, OLD.status_index)
        IS DISTINCT FROM (NEW.code, NEW.evidence, NEW.digest, NEW.log_entry_id,
            NEW.status_list_id, NEW.status_index)
        OR OLD.signed_at IS NOT NULL AND (OLD.credential, OLD.signed_at)
            IS DISTINCT FROM (NEW.credential, NEW.signed_at))
    EXECUTE FUNCTION credits_refuse_edit();
CREATE TRIGGER sealed_certificate_is_final BEFORE UPDATE ON credits_sealedcertificate
    FOR EACH ROW WHEN (OLD.signed_at IS NOT NULL
        OR (OLD.certificate_id, OLD.seal, OLD.leaves, OLD.log_entry_id, OLD.sealed_at)
            IS DISTINCT FROM
            (NEW.certificate_id, NEW.seal, NEW.leaves, NEW.log_entry_id, NEW.sealed_at))
    EXECUTE FUNCTION credits_refuse_edit();
CREATE TRIGGER bound_certificate_is_final BEFORE UPDATE ON credits_boundcertificate
    FOR EACH ROW WHEN (OLD.signed_at IS NOT NULL
        OR (OLD.certificate_id, OLD.holder_did, OLD.log_entry_id, OLD.bound_at)
            IS DISTINCT FROM
            (NEW.certificate_id, NEW.holder_did, NEW.log_entry_id, NEW.bound_at))
    EXECUTE FUNCTION credits_refuse_edit();
"""


class Migration(migrations.Migration):
    dependencies = [("credits", "0024_key_lives")]

    operations = [migrations.RunSQL(OLD, FORMER), migrations.RunSQL(GUARDS, UNGUARD)]
