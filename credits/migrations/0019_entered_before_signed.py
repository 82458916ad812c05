"""A document is entered in the log first, and signed after that."""

from django.db import migrations, models

OLD = """
DROP TRIGGER issued_certificate_is_final ON credits_certificate;
DROP TRIGGER sealed_certificate_is_final ON credits_sealedcertificate;
"""
GUARDS = """
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
"""
FORMER = """
CREATE TRIGGER issued_certificate_is_final BEFORE UPDATE ON credits_certificate
    FOR EACH ROW WHEN ((OLD.code, OLD.credential, OLD.evidence, OLD.digest, OLD.log_entry_id,
            OLD.status_list_id, OLD.status_index)
        IS DISTINCT FROM (NEW.code, NEW.credential, NEW.evidence, NEW.digest, NEW.log_entry_id,
            NEW.status_list_id, NEW.status_index))
    EXECUTE FUNCTION credits_refuse_edit();
CREATE TRIGGER sealed_certificate_is_final BEFORE UPDATE ON credits_sealedcertificate
    FOR EACH ROW EXECUTE FUNCTION credits_refuse_edit();
"""
SIGNED = """
UPDATE credits_certificate SET signed_at = issued_at;
UPDATE credits_sealedcertificate SET signed_at = sealed_at;
"""


class Migration(migrations.Migration):
    dependencies = [("credits", "0018_sealed_certificates")]

    operations = [
        migrations.RunSQL(OLD, FORMER),
        migrations.AddField(
            "certificate", "signed_at", models.DateTimeField(blank=True, null=True)
        ),
        migrations.AddField(
            "sealedcertificate", "signed_at", models.DateTimeField(blank=True, null=True)
        ),
        migrations.AlterField(
            "certificate",
            "digest",
            models.CharField(
                help_text="What the log entry commits to: the document without proofs.",
                max_length=64,
            ),
        ),
        migrations.RunSQL(SIGNED, migrations.RunSQL.noop),
        migrations.RunSQL(GUARDS, OLD),
    ]
