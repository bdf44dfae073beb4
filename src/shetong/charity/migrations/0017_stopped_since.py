"""Activities whose plan was suspended with the qualification say since when."""

from django.db import migrations

# Plans are suspended where the qualification was revoked: from the day of that decision (China Standard Time).
SINCE = """
UPDATE charity_fundraisingactivity AS activity SET closed_at = lost.lost_on::timestamp AT TIME ZONE 'Asia/Shanghai'
FROM charity_fundraisingplan AS plan
JOIN LATERAL (
    SELECT lost_on FROM charity_qualificationloss AS loss WHERE loss.organisation_id = plan.organisation_id
        AND loss.lost_on >= plan.filed_on ORDER BY loss.lost_on LIMIT 1
) AS lost ON true
WHERE activity.plan_id = plan.id AND plan.state = 'suspended' AND activity.closed_at IS NULL;
"""


class Migration(migrations.Migration):
    """Moments that were not kept."""

    dependencies = [("charity", "0016_evidence_kept")]

    operations = [
        migrations.RunSQL(SINCE, migrations.RunSQL.noop),
    ]
