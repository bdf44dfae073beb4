"""What donations point to is looked at once for each value of a statement: a batch of thousands shares a few."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION charity_donations_point() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM (SELECT DISTINCT pool_id AS id FROM added) AS used
            WHERE NOT EXISTS (SELECT FROM charity_pool AS known WHERE known.id = used.id))
        OR EXISTS (SELECT FROM (SELECT DISTINCT journal_id AS id FROM added) AS used
            WHERE NOT EXISTS (SELECT FROM charity_journalentry AS known WHERE known.id = used.id))
        OR EXISTS (SELECT FROM (SELECT DISTINCT platform_id AS id FROM added WHERE platform_id IS NOT NULL) AS used
            WHERE NOT EXISTS (SELECT FROM charity_platform AS known WHERE known.id = used.id))
        OR EXISTS (SELECT FROM (SELECT DISTINCT activity_id AS id FROM added WHERE activity_id IS NOT NULL) AS used
            WHERE NOT EXISTS (SELECT FROM charity_fundraisingactivity AS known WHERE known.id = used.id))
    THEN
        RAISE EXCEPTION 'a donation points to a pool, entry, platform or activity that is not there'
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER donations_point AFTER INSERT ON charity_donation
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION charity_donations_point();
-- Pools and entries of the books are kept already.
CREATE TRIGGER platform_kept BEFORE DELETE ON charity_platform FOR EACH ROW EXECUTE FUNCTION charity_keep();
CREATE TRIGGER fundraisingactivity_kept BEFORE DELETE ON charity_fundraisingactivity
    FOR EACH ROW EXECUTE FUNCTION charity_keep();
"""
BACKWARD = """
DROP TRIGGER fundraisingactivity_kept ON charity_fundraisingactivity;
DROP TRIGGER platform_kept ON charity_platform;
DROP TRIGGER donations_point ON charity_donation;
DROP FUNCTION charity_donations_point();
"""


class Migration(migrations.Migration):
    """A trigger in the place of four foreign keys."""

    dependencies = [("charity", "0012_checked_once_a_statement")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
