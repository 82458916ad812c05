"""Find contributions whose sketches hold three hashes in a row alike, by index.

As `credits.core.signals.near_copies.buckets_of`. The function never fails, whatever stands in the
facts: a harvest must not end because of it.
"""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION credits_sketch_buckets(sketch jsonb) RETURNS bigint[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $body$
    SELECT coalesce(array_agg(hashtextextended(concat_ws(',', one, two, three), 0)),
        '{}'::bigint[])
    FROM (
        SELECT value AS one, lead(value) OVER way AS two, lead(value, 2) OVER way AS three
        FROM jsonb_array_elements_text(
            CASE WHEN jsonb_typeof(sketch) = 'array' AND jsonb_array_length(sketch) <= 64
            THEN sketch ELSE '[]'::jsonb END) WITH ORDINALITY hash (value, place)
        WHERE place <= 32 WINDOW way AS (ORDER BY place)
    ) met WHERE three IS NOT NULL
$body$
"""
# Without a list of what is pending: that list is read whole by each look-up (30 times slower).
INDEX = """
CREATE INDEX contribution_by_sketch ON harvesters_contribution
USING gin (credits_sketch_buckets(facts -> 'sketch')) WITH (fastupdate = off) WHERE facts -> 'sketch' IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [
        ("credits", "0011_integrity_review"),
        ("harvesters", "0012_changed_contributions"),
    ]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION credits_sketch_buckets(jsonb)"),
        migrations.RunSQL(INDEX, "DROP INDEX contribution_by_sketch"),
    ]
