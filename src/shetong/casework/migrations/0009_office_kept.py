"""Notes between officers and published versions of articles stay as they were written."""

from django.db import migrations

FORWARD = """
CREATE TRIGGER note_kept BEFORE UPDATE OR DELETE ON casework_casenote
    FOR EACH ROW EXECUTE FUNCTION casework_keep();
CREATE FUNCTION casework_version_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state IN ('published', 'returned') THEN
        RAISE EXCEPTION 'a version that was reviewed cannot be changed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER version_fixed BEFORE UPDATE ON casework_articleversion
    FOR EACH ROW EXECUTE FUNCTION casework_version_guard();
CREATE TRIGGER version_kept BEFORE DELETE ON casework_articleversion
    FOR EACH ROW EXECUTE FUNCTION casework_keep();
"""

BACKWARD = """
DROP TRIGGER version_kept ON casework_articleversion;
DROP TRIGGER version_fixed ON casework_articleversion;
DROP FUNCTION casework_version_guard();
DROP TRIGGER note_kept ON casework_casenote;
"""


class Migration(migrations.Migration):
    """Triggers of notes and articles."""

    dependencies = [("casework", "0008_office_indexes")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
