"""The numbers of new unified codes come from a sequence: nobody waits for another registration to commit."""

from __future__ import annotations

from django.db import migrations

FORWARD = """
    CREATE SEQUENCE registry_code_number;
    SELECT setval('registry_code_number', greatest(last, 1), last > 0)
    FROM (SELECT coalesce(max(last), 0) AS last FROM casework_numberseries WHERE series LIKE 'uscc/%') AS given;
"""
# What was given since is skipped by the look for a free code.
BACKWARD = "DROP SEQUENCE registry_code_number;"


class Migration(migrations.Migration):
    dependencies = [("registry", "0020_credit_referrals"), ("casework", "0018_lists")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
