"""Planner statistics and vacuum settings that the search relies on (docs/decisions on search)."""

from django.db import migrations

FORWARD = """
-- Frequencies of up to 5,000 tokens: the search chooses its way by them.
ALTER TABLE registry_searchentry ALTER COLUMN tokens SET STATISTICS 500;
-- The walk reads the index alone only where the visibility map is set; keep it so after inserts too.
ALTER TABLE registry_searchentry SET (
    autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_vacuum_insert_scale_factor = 0.02,
    autovacuum_analyze_scale_factor = 0.02
);
"""

BACKWARD = """
ALTER TABLE registry_searchentry ALTER COLUMN tokens SET STATISTICS -1;
ALTER TABLE registry_searchentry RESET (
    autovacuum_vacuum_scale_factor, autovacuum_vacuum_insert_scale_factor, autovacuum_analyze_scale_factor
);
"""


class Migration(migrations.Migration):
    dependencies = [("registry", "0002_invariants")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
