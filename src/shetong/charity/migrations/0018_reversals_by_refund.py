"""Refunds of platforms are found by their number."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """An index built beside the writing."""

    atomic = False

    dependencies = [("charity", "0017_findings_anew")]

    operations = [
        AddIndexConcurrently(
            model_name="donationreversal",
            index=models.Index(
                condition=models.Q(("platform_refund", ""), _negated=True),
                fields=["platform_refund"],
                name="reversal_by_refund",
            ),
        ),
    ]
