"""A document that proves spending stays what it was; only whether its picture is shown may change."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION charity_evidencefile_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (to_jsonb(NEW) - 'public') IS DISTINCT FROM (to_jsonb(OLD) - 'public') THEN
        RAISE EXCEPTION 'only whether a document is shown may change' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER evidencefile_fixed BEFORE UPDATE ON charity_evidencefile
    FOR EACH ROW EXECUTE FUNCTION charity_evidencefile_guard();
CREATE TRIGGER evidencefile_kept BEFORE DELETE ON charity_evidencefile
    FOR EACH ROW EXECUTE FUNCTION charity_keep();
CREATE TRIGGER evidencefile_not_emptied BEFORE TRUNCATE ON charity_evidencefile
    FOR EACH STATEMENT EXECUTE FUNCTION charity_keep();
"""
BACKWARD = """
DROP TRIGGER evidencefile_not_emptied ON charity_evidencefile;
DROP TRIGGER evidencefile_kept ON charity_evidencefile;
DROP TRIGGER evidencefile_fixed ON charity_evidencefile;
DROP FUNCTION charity_evidencefile_guard();
"""


class Migration(migrations.Migration):
    """Depends on the functions of ``0002_invariants``."""

    dependencies = [("charity", "0015_evidence_pictures")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
