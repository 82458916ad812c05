"""The database itself refuses to edit or delete what a project said about coursework."""

from django.db import migrations

GUARD = """
CREATE TRIGGER coursework_terms_are_final BEFORE UPDATE ON credits_courseworkterms
    FOR EACH ROW WHEN ((OLD.project_id, OLD.stance, OLD.most_students, OLD.kinds, OLD.note_en,
            OLD.note_zh, OLD.valid_from, OLD.decided_at)
        IS DISTINCT FROM (NEW.project_id, NEW.stance, NEW.most_students, NEW.kinds, NEW.note_en,
            NEW.note_zh, NEW.valid_from, NEW.decided_at))
    EXECUTE FUNCTION credits_refuse_edit();
CREATE TRIGGER coursework_terms_stay BEFORE DELETE ON credits_courseworkterms
    FOR EACH ROW EXECUTE FUNCTION credits_refuse_edit();
"""

UNGUARD = """
DROP TRIGGER coursework_terms_stay ON credits_courseworkterms;
DROP TRIGGER coursework_terms_are_final ON credits_courseworkterms;
"""


class Migration(migrations.Migration):
    dependencies = [("credits", "0007_coursework")]

    operations = [migrations.RunSQL(GUARD, UNGUARD)]
