"""Statement triggers that keep the number of organisations by kind, status and province (see models/count.py)."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION registry_count_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO registry_organisationcount (kind, status, province, demo, difference)
    SELECT kind, status, left(division_code, 2), demo, count(*) FROM added GROUP BY 1, 2, 3, 4;
    RETURN NULL;
END $$;

CREATE FUNCTION registry_count_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO registry_organisationcount (kind, status, province, demo, difference)
    SELECT kind, status, province, demo, sum(difference) FROM (
        SELECT kind, status, left(division_code, 2) AS province, demo, 1 AS difference FROM added
        UNION ALL
        SELECT kind, status, left(division_code, 2), demo, -1 FROM removed
    ) AS both_sides
    GROUP BY 1, 2, 3, 4 HAVING sum(difference) <> 0;
    RETURN NULL;
END $$;

CREATE TRIGGER organisation_count_added AFTER INSERT ON registry_organisation
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION registry_count_added();
CREATE TRIGGER organisation_count_changed AFTER UPDATE ON registry_organisation
    REFERENCING NEW TABLE AS added OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION registry_count_changed();

INSERT INTO registry_organisationcount (kind, status, province, demo, difference)
SELECT kind, status, left(division_code, 2), demo, count(*) FROM registry_organisation GROUP BY 1, 2, 3, 4;
"""

BACKWARD = """
DROP TRIGGER organisation_count_changed ON registry_organisation;
DROP TRIGGER organisation_count_added ON registry_organisation;
DROP FUNCTION registry_count_changed();
DROP FUNCTION registry_count_added();
DELETE FROM registry_organisationcount;
"""


class Migration(migrations.Migration):
    """Depends on the migration below it in the chain."""

    dependencies = [("registry", "0005_certificates")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
