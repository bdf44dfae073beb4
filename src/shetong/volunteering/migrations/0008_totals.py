"""Counted time added up by the database with every change of a record, whoever makes it; what is kept stays.

The triggers see a whole statement, so a row confirmed alone and a hundred thousand imported take the same way. Rows of
totals are taken in the order of their keys, so that two statements never wait for each other crosswise.
"""

from django.db import migrations

COUNTED = "('confirmed', 'objected')"
SERVED = "(lower(during) AT TIME ZONE 'Asia/Shanghai')::date"

# The same three statements for what came and for what changed; PL/pgSQL cannot name a transition table by a variable.
BODY = """
    INSERT INTO volunteering_volunteertotal AS t (volunteer_id, city, minutes, records)
        SELECT d.volunteer_id, left(v.division_code, 4), d.minutes, d.records
        FROM (SELECT volunteer_id, sum(minutes) AS minutes, sum(records) AS records FROM ({change}) AS c
              GROUP BY volunteer_id HAVING sum(minutes) <> 0 OR sum(records) <> 0) AS d
        JOIN volunteering_volunteer v ON v.id = d.volunteer_id ORDER BY d.volunteer_id
        ON CONFLICT (volunteer_id) DO UPDATE
            SET minutes = t.minutes + excluded.minutes, records = t.records + excluded.records;
    INSERT INTO volunteering_teamyear AS t (team_id, year, volunteer_id, minutes, records)
        SELECT team_id, extract(year FROM served), volunteer_id, sum(minutes), sum(records) FROM ({change}) AS c
        WHERE team_id IS NOT NULL GROUP BY 1, 2, 3 HAVING sum(minutes) <> 0 OR sum(records) <> 0 ORDER BY 1, 2, 3
        ON CONFLICT (team_id, year, volunteer_id) DO UPDATE
            SET minutes = t.minutes + excluded.minutes, records = t.records + excluded.records;
    INSERT INTO volunteering_teammonth AS t (team_id, month, field, minutes, records)
        SELECT team_id, date_trunc('month', served)::date, field, sum(minutes), sum(records) FROM ({change}) AS c
        WHERE team_id IS NOT NULL GROUP BY 1, 2, 3 HAVING sum(minutes) <> 0 OR sum(records) <> 0 ORDER BY 1, 2, 3
        ON CONFLICT (team_id, month, field) DO UPDATE
            SET minutes = t.minutes + excluded.minutes, records = t.records + excluded.records;
"""
CAME = f"""
    SELECT volunteer_id, team_id, field, {SERVED} AS served, minutes, 1 AS records
    FROM new_rows WHERE state IN {COUNTED}
"""
CHANGED = f"""{CAME} UNION ALL
    SELECT volunteer_id, team_id, field, {SERVED}, -minutes, -1 FROM old_rows WHERE state IN {COUNTED}
"""

FORWARD = f"""
CREATE FUNCTION volunteering_add_new() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN {BODY.format(change=CAME)} RETURN NULL; END $$;
CREATE FUNCTION volunteering_add_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN {BODY.format(change=CHANGED)} RETURN NULL; END $$;
CREATE TRIGGER record_added AFTER INSERT ON volunteering_servicerecord
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION volunteering_add_new();
CREATE TRIGGER record_changed AFTER UPDATE ON volunteering_servicerecord
    REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION volunteering_add_changed();

CREATE FUNCTION volunteering_total_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE volunteering_volunteertotal SET city = left(NEW.division_code, 4) WHERE volunteer_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER volunteer_moved AFTER UPDATE OF division_code ON volunteering_volunteer
    FOR EACH ROW WHEN (left(OLD.division_code, 4) <> left(NEW.division_code, 4))
    EXECUTE FUNCTION volunteering_total_moves();

CREATE TRIGGER presence_kept BEFORE UPDATE OR DELETE ON volunteering_presence
    FOR EACH ROW EXECUTE FUNCTION volunteering_keep();
CREATE TRIGGER presences_kept BEFORE TRUNCATE ON volunteering_presence
    FOR EACH STATEMENT EXECUTE FUNCTION volunteering_keep();
CREATE TRIGGER record_batch_kept BEFORE UPDATE OR DELETE ON volunteering_recordbatch
    FOR EACH ROW EXECUTE FUNCTION volunteering_keep();
CREATE TRIGGER record_batches_kept BEFORE TRUNCATE ON volunteering_recordbatch
    FOR EACH STATEMENT EXECUTE FUNCTION volunteering_keep();
CREATE TRIGGER doubt_kept BEFORE DELETE ON volunteering_doubt
    FOR EACH ROW EXECUTE FUNCTION volunteering_keep();
CREATE TRIGGER objection_kept BEFORE DELETE ON volunteering_objection
    FOR EACH ROW EXECUTE FUNCTION volunteering_keep();
CREATE TRIGGER referral_kept BEFORE DELETE ON volunteering_referral
    FOR EACH ROW EXECUTE FUNCTION volunteering_keep();

-- Totals change all the time and, but for the ranking, in no index: room for the next version on the same page.
ALTER TABLE volunteering_teamyear SET (fillfactor = 80);
ALTER TABLE volunteering_teammonth SET (fillfactor = 70);
"""
BACKWARD = """
ALTER TABLE volunteering_teammonth RESET (fillfactor);
ALTER TABLE volunteering_teamyear RESET (fillfactor);
DROP TRIGGER referral_kept ON volunteering_referral;
DROP TRIGGER objection_kept ON volunteering_objection;
DROP TRIGGER doubt_kept ON volunteering_doubt;
DROP TRIGGER record_batches_kept ON volunteering_recordbatch;
DROP TRIGGER record_batch_kept ON volunteering_recordbatch;
DROP TRIGGER presences_kept ON volunteering_presence;
DROP TRIGGER presence_kept ON volunteering_presence;
DROP TRIGGER volunteer_moved ON volunteering_volunteer;
DROP FUNCTION volunteering_total_moves();
DROP TRIGGER record_changed ON volunteering_servicerecord;
DROP TRIGGER record_added ON volunteering_servicerecord;
DROP FUNCTION volunteering_add_changed();
DROP FUNCTION volunteering_add_new();
"""


class Migration(migrations.Migration):
    dependencies = [("volunteering", "0007_service_time")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
