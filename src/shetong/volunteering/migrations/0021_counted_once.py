"""What counts of a person never overlaps: the triggers that keep totals see to it, an exclusion constraint did before.

Adding to a person's total locks it, whoever writes, until the transaction ends; the statement after that sees all that
was committed before the lock was had. So of two who write overlapping time at once the second sees the first's and is
refused. What counted already never overlaps, therefore one look is enough: at the last record to begin before the new
one ends. (Whichever two overlap, the later of a new one and what lies between them is found from one of its ends.)
Going back builds the exclusion constraint again, which locks the table and takes minutes for millions of rows.
"""

from django.db import migrations

COUNTED = "('confirmed', 'objected')"
SERVED = "(lower(during) AT TIME ZONE 'Asia/Shanghai')::date"
ROW = "id, volunteer_id, team_id, field, during, minutes"

# PL/pgSQL cannot name a transition table by a variable, so both functions are made of the same text. Totals come first
# and in the order of people: they are the lock.
BODY = """
DECLARE
    double record;
BEGIN
    INSERT INTO volunteering_volunteertotal AS t (volunteer_id, city, minutes, records)
        SELECT d.volunteer_id, left(v.division_code, 4), d.minutes, d.records
        FROM (SELECT volunteer_id, sum(minutes) AS minutes, sum(records) AS records FROM ({change}) AS c
              GROUP BY volunteer_id) AS d
        JOIN volunteering_volunteer v ON v.id = d.volunteer_id ORDER BY d.volunteer_id
        ON CONFLICT (volunteer_id) DO UPDATE
            SET minutes = t.minutes + excluded.minutes, records = t.records + excluded.records;
    SELECT n.id, o.id AS other INTO double FROM ({came}) AS n CROSS JOIN LATERAL (
        SELECT s.id, s.during FROM volunteering_servicerecord s
        WHERE s.volunteer_id = n.volunteer_id AND lower(s.during) < upper(n.during) AND s.id <> n.id
            AND s.state IN {counted} ORDER BY lower(s.during) DESC LIMIT 1) AS o
    WHERE upper(o.during) > lower(n.during) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'record % counts at the time of record % (record_counted_once)', double.id, double.other
            USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'record_counted_once',
                TABLE = 'volunteering_servicerecord';
    END IF;
    INSERT INTO volunteering_teamyear AS t (team_id, year, volunteer_id, minutes, records)
        SELECT team_id, extract(year FROM {served}), volunteer_id, sum(minutes), sum(records) FROM ({change}) AS c
        WHERE team_id IS NOT NULL GROUP BY 1, 2, 3 HAVING sum(minutes) <> 0 OR sum(records) <> 0 ORDER BY 1, 2, 3
        ON CONFLICT (team_id, year, volunteer_id) DO UPDATE
            SET minutes = t.minutes + excluded.minutes, records = t.records + excluded.records;
    INSERT INTO volunteering_teammonth AS t (team_id, month, field, minutes, records)
        SELECT team_id, date_trunc('month', {served})::date, field, sum(minutes), sum(records) FROM ({change}) AS c
        WHERE team_id IS NOT NULL GROUP BY 1, 2, 3 HAVING sum(minutes) <> 0 OR sum(records) <> 0 ORDER BY 1, 2, 3
        ON CONFLICT (team_id, month, field) DO UPDATE
            SET minutes = t.minutes + excluded.minutes, records = t.records + excluded.records;
    RETURN NULL;
END
"""
NEW = f"SELECT {ROW} FROM new_rows WHERE state IN {COUNTED}"
OLD = f"SELECT {ROW} FROM old_rows WHERE state IN {COUNTED}"


def function(name: str, came: str, went: str) -> str:
    """Return the definition of a trigger's function; ``came``, ``went``: rows that count now, that did."""
    change = f"SELECT c.*, 1 AS records FROM ({came}) AS c"
    if went:
        signed = ROW.replace("minutes", "-minutes")
        change += f" UNION ALL SELECT {signed}, -1 FROM ({went}) AS w"
    body = BODY.format(change=change, came=came, counted=COUNTED, served=SERVED)
    return f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $${body}$$;\n"


# What a change leaves as it was is neither counted again nor locked.
FORWARD = function("volunteering_add_new", NEW, "") + function(
    "volunteering_add_changed", f"{NEW} EXCEPT {OLD}", f"{OLD} EXCEPT {NEW}"
)


def _before() -> str:
    """Return the definitions of the functions that these replaced."""
    from importlib import import_module

    totals = import_module("shetong.volunteering.migrations.0008_totals")
    return "".join(
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$"
        f"BEGIN {totals.BODY.format(change=change)} RETURN NULL; END $$;\n"
        for name, change in (("volunteering_add_new", totals.CAME), ("volunteering_add_changed", totals.CHANGED))
    )


class Migration(migrations.Migration):
    """The triggers know it before the constraint goes."""

    dependencies = [("volunteering", "0020_records_by_time")]
    operations = [
        migrations.RunSQL(FORWARD, _before()),
        migrations.RemoveConstraint(model_name="servicerecord", name="record_counted_once"),
    ]
