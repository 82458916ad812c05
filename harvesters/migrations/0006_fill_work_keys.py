"""Gives what was harvested before the keys that a harvest stores now."""

from django.db import migrations

FILL = """
INSERT INTO harvesters_workkey (contribution_id, key, is_merge)
SELECT DISTINCT contribution.id, '#' || (number #>> '{}'), false
FROM harvesters_contribution contribution
CROSS JOIN LATERAL jsonb_array_elements(
    CASE jsonb_typeof(contribution.facts -> 'pull_requests')
        WHEN 'array' THEN contribution.facts -> 'pull_requests' ELSE '[]' END
) number
WHERE contribution.kind IN ('commit', 'change') AND number::text ~ '^[1-9][0-9]{0,8}$'
ON CONFLICT (contribution_id, key) DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("harvesters", "0005_work_key")]

    operations = [migrations.RunSQL(FILL, "DELETE FROM harvesters_workkey")]
