"""The database itself refuses to take a published rule set back to a draft, or to redate it."""

from django.db import migrations

GUARD = """
CREATE TRIGGER published_rule_set_goes_on BEFORE UPDATE ON credits_ruleset
    FOR EACH ROW WHEN (OLD.state <> 'draft' AND (
        NEW.state = 'draft'
        OR OLD.state = 'active' AND NEW.state = 'shadow'
        OR OLD.state = 'retired' AND NEW.state <> 'retired'
        OR NEW.project_id IS DISTINCT FROM OLD.project_id
        OR OLD.state <> 'shadow' AND (NEW.active_from, NEW.published_at)
            IS DISTINCT FROM (OLD.active_from, OLD.published_at)))
    EXECUTE FUNCTION credits_refuse_edit();
"""

UNGUARD = "DROP TRIGGER published_rule_set_goes_on ON credits_ruleset;"


class Migration(migrations.Migration):
    dependencies = [("credits", "0009_rule_set_lifecycle")]

    operations = [migrations.RunSQL(GUARD, UNGUARD)]
