"""Signing up in one statement, and events that stay.

``volunteering_sign_up`` is one statement because of the row for which everybody races: its lock is taken as late as can
be and held only until the statement's own commit, never while the server's Python waits for a turn
(docs/decisions/0120). Locks: the volunteer, then the shift. The conditions are those of
``shetong.volunteering.rules.conditions``, in the same order; a test holds them together.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION volunteering_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'volunteering keeps everything: % on % refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER signup_event_kept BEFORE UPDATE OR DELETE ON volunteering_signupevent
    FOR EACH ROW EXECUTE FUNCTION volunteering_keep();
CREATE TRIGGER signup_events_kept BEFORE TRUNCATE ON volunteering_signupevent
    FOR EACH STATEMENT EXECUTE FUNCTION volunteering_keep();
CREATE TRIGGER hours_event_kept BEFORE UPDATE OR DELETE ON volunteering_hoursevent
    FOR EACH ROW EXECUTE FUNCTION volunteering_keep();
CREATE TRIGGER hours_events_kept BEFORE TRUNCATE ON volunteering_hoursevent
    FOR EACH STATEMENT EXECUTE FUNCTION volunteering_keep();
CREATE TRIGGER merge_kept BEFORE UPDATE OR DELETE ON volunteering_merge
    FOR EACH ROW EXECUTE FUNCTION volunteering_keep();
CREATE TRIGGER merges_kept BEFORE TRUNCATE ON volunteering_merge
    FOR EACH STATEMENT EXECUTE FUNCTION volunteering_keep();
CREATE TRIGGER record_kept BEFORE DELETE ON volunteering_servicerecord
    FOR EACH ROW EXECUTE FUNCTION volunteering_keep();
CREATE TRIGGER records_kept BEFORE TRUNCATE ON volunteering_servicerecord
    FOR EACH STATEMENT EXECUTE FUNCTION volunteering_keep();
CREATE TRIGGER signup_kept BEFORE DELETE ON volunteering_signup
    FOR EACH ROW EXECUTE FUNCTION volunteering_keep();
CREATE TRIGGER signups_kept BEFORE TRUNCATE ON volunteering_signup
    FOR EACH STATEMENT EXECUTE FUNCTION volunteering_keep();

-- Room on every page for the next version of a row that thousands renew.
ALTER TABLE volunteering_shift SET (fillfactor = 40);

CREATE FUNCTION volunteering_sign_up(
    p_shift bigint, p_volunteer bigint, p_epoch integer, p_key uuid, p_now timestamptz,
    OUT outcome text, OUT signup_id bigint, OUT new boolean, OUT place_in_queue integer, OUT last_place boolean,
    OUT activity_id bigint
) LANGUAGE plpgsql AS $$
DECLARE
    who volunteering_volunteer;
    found_state text;
    found_shift bigint;
    own_ticket integer;
    shift record;
    served_on date;
    age integer;
    queue integer;
    free integer;
BEGIN
    new := false;
    last_place := false;
    SELECT * INTO who FROM volunteering_volunteer WHERE id = p_volunteer FOR NO KEY UPDATE;
    IF NOT FOUND OR (p_epoch IS NOT NULL AND p_epoch <> who.token_epoch) THEN
        outcome := 'unknown-volunteer';
        RETURN;
    END IF;

    -- Asked before: the answer is where that sign-up stands now.
    SELECT s.id, s.state, s.shift_id, s.ticket INTO signup_id, found_state, found_shift, own_ticket
        FROM volunteering_signup s
        WHERE s.volunteer_id = p_volunteer AND (s.request_key = p_key OR s.shift_id = p_shift
            AND s.state IN ('applied', 'waiting', 'offered', 'held', 'present', 'done', 'recorded', 'absent'))
        ORDER BY s.request_key IS NOT DISTINCT FROM p_key DESC LIMIT 1;
    IF FOUND THEN
        outcome := CASE WHEN found_shift = p_shift THEN found_state ELSE 'key-of-another' END;
        IF found_state = 'waiting' THEN
            SELECT count(*) INTO place_in_queue FROM volunteering_signup s
                WHERE s.shift_id = found_shift AND s.state = 'waiting' AND s.ticket <= own_ticket;
        END IF;
        RETURN;
    END IF;

    SELECT h.places, h.waiting_limit, h.taken, h.waiting, h.open, e.during, e.state AS session_state,
           p.skills, p.languages, p.age_from, p.age_to, p.training,
           a.id AS activity, a.state AS activity_state, a.opens_at, a.closes_at, a.admission, a.members_only, a.team_id
        INTO shift
        FROM volunteering_shift h
        JOIN volunteering_session e ON e.id = h.session_id
        JOIN volunteering_post p ON p.id = h.post_id
        JOIN volunteering_activity a ON a.id = p.activity_id
        WHERE h.id = p_shift;
    IF NOT FOUND THEN
        outcome := 'unknown-shift';
        RETURN;
    END IF;
    activity_id := shift.activity;
    served_on := (lower(shift.during) AT TIME ZONE 'Asia/Shanghai')::date;
    age := extract(year FROM age(served_on, who.born_on));
    outcome := CASE
        WHEN who.state <> 'active' THEN 'not-active'
        WHEN who.verified_at IS NULL THEN 'not-verified'
        WHEN shift.activity_state <> 'recruiting' OR shift.session_state <> 'planned' OR NOT shift.open THEN 'closed'
        WHEN shift.opens_at > p_now THEN 'too-early'
        WHEN shift.closes_at <= p_now OR lower(shift.during) <= p_now THEN 'too-late'
        WHEN age < shift.age_from THEN 'too-young'
        WHEN age > shift.age_to THEN 'too-old'
        WHEN NOT shift.skills <@ who.skills THEN 'skills'
        WHEN NOT shift.languages <@ who.languages THEN 'languages'
        WHEN shift.members_only AND NOT EXISTS (
            SELECT FROM volunteering_membership m
            WHERE m.team_id = shift.team_id AND m.volunteer_id = p_volunteer AND m.state = 'member') THEN 'members-only'
        WHEN shift.training <> '' AND NOT EXISTS (
            SELECT FROM volunteering_training t
            WHERE t.team_id = shift.team_id AND t.volunteer_id = p_volunteer AND t.title = shift.training
                AND t.withdrawn_at IS NULL AND t.passed IS NOT FALSE
                AND (t.valid_to IS NULL OR t.valid_to >= served_on)) THEN 'training'
        WHEN shift.admission = 'automatic' AND (shift.taken >= shift.places OR shift.waiting > 0)
            AND shift.waiting >= shift.waiting_limit THEN 'full'
    END;
    IF outcome IS NOT NULL THEN
        RETURN;
    END IF;
    -- The lock on the volunteer keeps this true until the end; the exclusion constraint would refuse it all the same.
    SELECT s.id INTO signup_id FROM volunteering_signup s
        WHERE int8range(s.volunteer_id, s.volunteer_id, '[]') && int8range(p_volunteer, p_volunteer, '[]')
            AND s.during && shift.during
            AND s.state IN ('offered', 'held', 'present', 'done', 'recorded', 'absent')
        LIMIT 1;
    IF FOUND THEN
        outcome := 'clash';
        RETURN;
    END IF;

    -- From here to the commit everybody else who wants this shift waits.
    IF shift.admission = 'automatic' THEN
        UPDATE volunteering_shift h
            SET tickets = h.tickets + 1,
                taken = h.taken + CASE WHEN h.taken < h.places AND h.waiting = 0 THEN 1 ELSE 0 END,
                waiting = h.waiting + CASE WHEN h.taken < h.places AND h.waiting = 0 THEN 0 ELSE 1 END
            WHERE h.id = p_shift AND h.open
                AND ((h.taken < h.places AND h.waiting = 0) OR h.waiting < h.waiting_limit)
            RETURNING h.tickets, h.waiting, h.places - h.taken INTO own_ticket, queue, free;
    ELSE
        UPDATE volunteering_shift h SET tickets = h.tickets + 1 WHERE h.id = p_shift AND h.open
            RETURNING h.tickets, 0, 1 INTO own_ticket, queue, free;
    END IF;
    IF own_ticket IS NULL THEN
        SELECT CASE WHEN h.open THEN 'full' ELSE 'closed' END INTO outcome FROM volunteering_shift h WHERE h.id = p_shift;
        RETURN;
    END IF;
    outcome := CASE WHEN shift.admission <> 'automatic' THEN 'applied' WHEN queue > 0 THEN 'waiting' ELSE 'held' END;
    INSERT INTO volunteering_signup (shift_id, volunteer_id, state, ticket, during, request_key, applied_at, note)
        VALUES (p_shift, p_volunteer, outcome, own_ticket, shift.during, p_key, p_now, '')
        RETURNING id INTO signup_id;
    INSERT INTO volunteering_signupevent (signup_id, act, to_state, actor_id, recorded_at, reason)
        VALUES (signup_id, 'sign-up', outcome, who.user_id, p_now, '');
    new := true;
    last_place := outcome = 'held' AND free = 0;
    place_in_queue := CASE WHEN outcome = 'waiting' THEN queue END;
END $$;
"""

BACKWARD = """
DROP FUNCTION volunteering_sign_up(bigint, bigint, integer, uuid, timestamptz);
ALTER TABLE volunteering_shift RESET (fillfactor);
DROP TRIGGER signups_kept ON volunteering_signup;
DROP TRIGGER signup_kept ON volunteering_signup;
DROP TRIGGER records_kept ON volunteering_servicerecord;
DROP TRIGGER record_kept ON volunteering_servicerecord;
DROP TRIGGER merges_kept ON volunteering_merge;
DROP TRIGGER merge_kept ON volunteering_merge;
DROP TRIGGER hours_events_kept ON volunteering_hoursevent;
DROP TRIGGER hours_event_kept ON volunteering_hoursevent;
DROP TRIGGER signup_events_kept ON volunteering_signupevent;
DROP TRIGGER signup_event_kept ON volunteering_signupevent;
DROP FUNCTION volunteering_keep();
"""


class Migration(migrations.Migration):
    dependencies = [("volunteering", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
