"""The database itself refuses to edit what is published: the log, rule sets and policies."""

from django.db import migrations

GUARDS = """
CREATE FUNCTION credits_refuse_edit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER log_is_append_only BEFORE UPDATE OR DELETE ON credits_logentry
    FOR EACH ROW EXECUTE FUNCTION credits_refuse_edit();
CREATE TRIGGER log_is_not_truncated BEFORE TRUNCATE ON credits_logentry
    FOR EACH STATEMENT EXECUTE FUNCTION credits_refuse_edit();
CREATE TRIGGER checkpoint_is_append_only BEFORE UPDATE OR DELETE ON credits_checkpoint
    FOR EACH ROW EXECUTE FUNCTION credits_refuse_edit();
CREATE TRIGGER checkpoint_is_not_truncated BEFORE TRUNCATE ON credits_checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION credits_refuse_edit();

CREATE TRIGGER published_rule_set_is_final BEFORE UPDATE ON credits_ruleset
    FOR EACH ROW WHEN (OLD.state <> 'draft'
        AND (OLD.slug, OLD.version, OLD.source, OLD.digest)
            IS DISTINCT FROM (NEW.slug, NEW.version, NEW.source, NEW.digest))
    EXECUTE FUNCTION credits_refuse_edit();
CREATE TRIGGER published_rule_set_stays BEFORE DELETE ON credits_ruleset
    FOR EACH ROW WHEN (OLD.state <> 'draft') EXECUTE FUNCTION credits_refuse_edit();
CREATE TRIGGER policy_is_final BEFORE UPDATE ON credits_creditpolicy
    FOR EACH ROW WHEN ((OLD.slug, OLD.version, OLD.source, OLD.digest)
        IS DISTINCT FROM (NEW.slug, NEW.version, NEW.source, NEW.digest))
    EXECUTE FUNCTION credits_refuse_edit();
CREATE TRIGGER issued_certificate_is_final BEFORE UPDATE ON credits_certificate
    FOR EACH ROW WHEN ((OLD.code, OLD.credential, OLD.evidence, OLD.digest, OLD.log_entry_id,
            OLD.status_list_id, OLD.status_index)
        IS DISTINCT FROM (NEW.code, NEW.credential, NEW.evidence, NEW.digest, NEW.log_entry_id,
            NEW.status_list_id, NEW.status_index))
    EXECUTE FUNCTION credits_refuse_edit();
"""

UNGUARD = """
DROP TRIGGER issued_certificate_is_final ON credits_certificate;
DROP TRIGGER policy_is_final ON credits_creditpolicy;
DROP TRIGGER published_rule_set_stays ON credits_ruleset;
DROP TRIGGER published_rule_set_is_final ON credits_ruleset;
DROP TRIGGER checkpoint_is_not_truncated ON credits_checkpoint;
DROP TRIGGER checkpoint_is_append_only ON credits_checkpoint;
DROP TRIGGER log_is_not_truncated ON credits_logentry;
DROP TRIGGER log_is_append_only ON credits_logentry;
DROP FUNCTION credits_refuse_edit();
"""


class Migration(migrations.Migration):
    dependencies = [("credits", "0001_initial")]

    operations = [migrations.RunSQL(GUARDS, UNGUARD)]
