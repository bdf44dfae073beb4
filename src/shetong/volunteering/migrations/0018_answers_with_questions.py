"""Answers are kept with what was asked."""

from django.db import migrations

FORWARD = """
UPDATE volunteering_membership m SET answers = (
    SELECT jsonb_object_agg(coalesce(q.asked ->> 'text', given.key), given.value)
    FROM jsonb_each(m.answers) AS given
    LEFT JOIN LATERAL (SELECT asked FROM jsonb_array_elements(t.questions) AS asked
                       WHERE asked ->> 'name' = given.key LIMIT 1) AS q ON true)
FROM volunteering_team t WHERE t.id = m.team_id AND m.answers <> '{}'::jsonb;
"""


class Migration(migrations.Migration):
    dependencies = [("volunteering", "0017_exchange_told")]
    operations = [
        migrations.RunSQL(FORWARD, migrations.RunSQL.noop),
    ]
