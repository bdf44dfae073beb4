"""Events and submitted cases stay: the database refuses to change or delete what was done."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION casework_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'casework keeps everything: % on % refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER event_kept BEFORE UPDATE OR DELETE ON casework_caseevent
    FOR EACH ROW EXECUTE FUNCTION casework_keep();
CREATE TRIGGER events_kept BEFORE TRUNCATE ON casework_caseevent
    FOR EACH STATEMENT EXECUTE FUNCTION casework_keep();
CREATE TRIGGER case_kept BEFORE DELETE ON casework_case FOR EACH ROW EXECUTE FUNCTION casework_keep();
CREATE TRIGGER cases_kept BEFORE TRUNCATE ON casework_case FOR EACH STATEMENT EXECUTE FUNCTION casework_keep();

-- A notice says what it said; only its delivery and receipt are added, each once.
CREATE FUNCTION casework_notice_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE expected casework_notice := OLD;
BEGIN
    IF OLD.delivered_at IS NULL THEN expected.delivered_at := NEW.delivered_at; END IF;
    IF OLD.received_at IS NULL THEN
        expected.received_at := NEW.received_at;
        expected.received_by := NEW.received_by;
    END IF;
    IF OLD.pdf_digest = '' THEN expected.pdf_digest := NEW.pdf_digest; END IF;
    IF NEW IS DISTINCT FROM expected THEN
        RAISE EXCEPTION 'a notice that was issued cannot be changed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER notice_fixed BEFORE UPDATE ON casework_notice
    FOR EACH ROW EXECUTE FUNCTION casework_notice_guard();
CREATE TRIGGER notice_kept BEFORE DELETE ON casework_notice FOR EACH ROW EXECUTE FUNCTION casework_keep();
CREATE TRIGGER notices_kept BEFORE TRUNCATE ON casework_notice
    FOR EACH STATEMENT EXECUTE FUNCTION casework_keep();
"""

BACKWARD = """
DROP TRIGGER notices_kept ON casework_notice;
DROP TRIGGER notice_kept ON casework_notice;
DROP TRIGGER notice_fixed ON casework_notice;
DROP FUNCTION casework_notice_guard();
DROP TRIGGER cases_kept ON casework_case;
DROP TRIGGER case_kept ON casework_case;
DROP TRIGGER events_kept ON casework_caseevent;
DROP TRIGGER event_kept ON casework_caseevent;
DROP FUNCTION casework_keep();
"""


class Migration(migrations.Migration):
    """Triggers of casework."""

    dependencies = [("casework", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
