"""Find contributions whose sketches agree in a band of four, by index.

The function never fails, whatever stands in the facts: a harvest must not end because of it.
"""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION credits_sketch_bands(sketch jsonb) RETURNS bigint[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $body$
    SELECT coalesce(array_agg(band.key), '{}'::bigint[]) FROM (
        SELECT hashtextextended(string_agg(part.value, ',' ORDER BY part.place),
            (part.place - 1) / 4) AS key
        FROM jsonb_array_elements_text(
            CASE WHEN jsonb_typeof(sketch) = 'array' AND jsonb_array_length(sketch) <= 64
            THEN sketch ELSE '[]'::jsonb END) WITH ORDINALITY part (value, place)
        GROUP BY (part.place - 1) / 4 HAVING count(*) = 4
    ) band
$body$
"""
INDEX = """
CREATE INDEX contribution_by_sketch ON harvesters_contribution
USING gin (credits_sketch_bands(facts -> 'sketch')) WHERE facts -> 'sketch' IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [
        ("credits", "0006_integrity_review"),
        ("harvesters", "0011_opening_answers"),
    ]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION credits_sketch_bands(jsonb)"),
        migrations.RunSQL(INDEX, "DROP INDEX contribution_by_sketch"),
    ]
