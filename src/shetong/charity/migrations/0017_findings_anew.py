"""A finding that comes again after it was settled is a row of its own; activities of revoked plans say since when."""

from django.db import migrations, models

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
    """Another condition of uniqueness, and moments that were not kept."""

    dependencies = [("charity", "0016_evidence_kept")]

    operations = [
        migrations.RemoveConstraint(model_name="platformfinding", name="finding_once"),
        migrations.AddConstraint(
            model_name="platformfinding",
            constraint=models.UniqueConstraint(
                condition=models.Q(settled_at__isnull=True),
                fields=("platform", "kind", "reference"),
                name="finding_open_once",
            ),
        ),
        migrations.RunSQL(SINCE, migrations.RunSQL.noop),
    ]
