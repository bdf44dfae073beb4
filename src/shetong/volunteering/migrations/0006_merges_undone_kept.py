"""That a merge was undone stays in history, like the merge."""

from django.db import migrations

FORWARD = """
CREATE TRIGGER merge_undo_kept BEFORE UPDATE OR DELETE ON volunteering_mergeundo
    FOR EACH ROW EXECUTE FUNCTION volunteering_keep();
CREATE TRIGGER merge_undos_kept BEFORE TRUNCATE ON volunteering_mergeundo
    FOR EACH STATEMENT EXECUTE FUNCTION volunteering_keep();
"""
BACKWARD = """
DROP TRIGGER merge_undos_kept ON volunteering_mergeundo;
DROP TRIGGER merge_undo_kept ON volunteering_mergeundo;
"""


class Migration(migrations.Migration):
    dependencies = [("volunteering", "0005_merge_holds")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
