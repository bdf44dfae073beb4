"""The log of entries is looked at once a statement; logs cannot be deleted, for their keys point to them."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION ledger_entries_point() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM (SELECT DISTINCT log_id FROM added) AS used
        WHERE NOT EXISTS (SELECT FROM ledger_log WHERE ledger_log.id = used.log_id))
    THEN
        RAISE EXCEPTION 'an entry names a log that is not there' USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER entries_point AFTER INSERT ON ledger_entry
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger_entries_point();
CREATE FUNCTION ledger_log_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'logs are kept' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER log_kept BEFORE DELETE ON ledger_log FOR EACH ROW EXECUTE FUNCTION ledger_log_kept();
"""
BACKWARD = """
DROP TRIGGER log_kept ON ledger_log;
DROP FUNCTION ledger_log_kept();
DROP TRIGGER entries_point ON ledger_entry;
DROP FUNCTION ledger_entries_point();
"""


class Migration(migrations.Migration):
    """A trigger in the place of a foreign key."""

    dependencies = [("ledger", "0006_checked_once_a_statement")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
