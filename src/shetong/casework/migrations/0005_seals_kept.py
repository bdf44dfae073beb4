"""Seals stay: only their use changes, and a compromised one is never believed again."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION casework_seal_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.certificate, NEW.chain, NEW.fingerprint, NEW.authority_name, NEW.division_code, NEW.demo)
        IS DISTINCT FROM
        (OLD.certificate, OLD.chain, OLD.fingerprint, OLD.authority_name, OLD.division_code, OLD.demo)
        OR (OLD.use <> 'active' AND NEW.use = 'active')
        OR (OLD.use = 'compromised' AND NEW IS DISTINCT FROM OLD)
    THEN
        RAISE EXCEPTION 'a seal cannot be changed or believed again' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER seal_fixed BEFORE UPDATE ON casework_seal FOR EACH ROW EXECUTE FUNCTION casework_seal_guard();
CREATE TRIGGER seal_kept BEFORE DELETE ON casework_seal FOR EACH ROW EXECUTE FUNCTION casework_keep();
CREATE TRIGGER seals_kept BEFORE TRUNCATE ON casework_seal FOR EACH STATEMENT EXECUTE FUNCTION casework_keep();
"""

BACKWARD = """
DROP TRIGGER seals_kept ON casework_seal;
DROP TRIGGER seal_kept ON casework_seal;
DROP TRIGGER seal_fixed ON casework_seal;
DROP FUNCTION casework_seal_guard();
"""


class Migration(migrations.Migration):
    """Triggers of seals."""

    dependencies = [("casework", "0004_seals")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
