"""What the database itself keeps: positions without gaps, counters, balanced entries, nothing altered or deleted."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION charity_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'charity keeps everything: % on % refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

-- Donations: the new rows of a pool must continue its axis without a gap; the pool's counters follow.
CREATE FUNCTION charity_donations_taken() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    batch record;
BEGIN
    FOR batch IN
        SELECT pool_id, min(pool_from) AS first, max(pool_to) AS last, sum(quantity) AS quantity, sum(amount) AS amount,
            count(*) AS donations, bool_or(pool_from <> coalesce(previous, pool_from)) AS gap
        FROM (SELECT pool_id, pool_from, pool_to, quantity, amount,
                lag(pool_to) OVER (PARTITION BY pool_id ORDER BY pool_from) AS previous FROM added) AS rows
        GROUP BY pool_id ORDER BY pool_id
    LOOP
        UPDATE charity_pool SET received = batch.last, held = held + batch.quantity, donated = donated + batch.amount,
            donations = donations + batch.donations
        WHERE id = batch.pool_id AND received = batch.first AND NOT batch.gap;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'donations do not continue the positions of pool %', batch.pool_id
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END LOOP;
    INSERT INTO charity_dailyflow (pool_id, day, channel, donations, amount)
    SELECT pool_id, (donated_at AT TIME ZONE 'Asia/Shanghai')::date, channel, count(*), sum(amount)
    FROM added GROUP BY 1, 2, 3;
    RETURN NULL;
END $$;
CREATE TRIGGER donations_taken AFTER INSERT ON charity_donation
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION charity_donations_taken();

-- Disbursements: they take up positions where the last one ended, all of what is between less the holes of refunds.
CREATE FUNCTION charity_disbursements_taken() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    batch record;
BEGIN
    IF EXISTS (
        SELECT FROM added WHERE quantity <> pool_to - pool_from - coalesce((
            SELECT sum(hole_to - hole_from) FROM charity_donationreversal AS reversal
            WHERE reversal.pool_id = added.pool_id AND reversal.hole_to > reversal.hole_from
                AND reversal.hole_from >= added.pool_from AND reversal.hole_from < added.pool_to), 0)
    ) THEN
        RAISE EXCEPTION 'a disbursement does not take what its positions hold'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    FOR batch IN
        SELECT pool_id, min(pool_from) AS first, max(pool_to) AS last, sum(quantity) AS quantity,
            coalesce(sum(amount) FILTER (WHERE kind IN ('aid', 'service', 'grant')), 0) AS spent,
            coalesce(sum(amount) FILTER (WHERE kind = 'management'), 0) AS management,
            coalesce(sum(amount) FILTER (WHERE kind = 'fundraising'), 0) AS fundraising,
            coalesce(sum(amount) FILTER (WHERE kind = 'transfer'), 0) AS transferred,
            coalesce(sum(amount) FILTER (WHERE kind = 'refund'), 0) AS refunded,
            bool_or(pool_from <> coalesce(previous, pool_from)) AS gap
        FROM (SELECT *, lag(pool_to) OVER (PARTITION BY pool_id ORDER BY pool_from) AS previous FROM added) AS rows
        GROUP BY pool_id ORDER BY pool_id
    LOOP
        UPDATE charity_pool SET frontier = batch.last, held = held - batch.quantity, spent = spent + batch.spent,
            management = management + batch.management, fundraising = fundraising + batch.fundraising,
            carried_out = carried_out + batch.transferred, refunded = refunded + batch.refunded
        WHERE id = batch.pool_id AND frontier = batch.first AND NOT batch.gap;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'disbursements do not continue the positions of pool %', batch.pool_id
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER disbursements_taken AFTER INSERT ON charity_disbursement
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION charity_disbursements_taken();

CREATE FUNCTION charity_carry_taken() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moved bigint := NEW.pool_to - NEW.pool_from;
BEGIN
    UPDATE charity_pool SET received = NEW.pool_to, held = held + moved,
        carried_in = carried_in + CASE WHEN NEW.kind = 'transfer' THEN NEW.amount ELSE 0 END,
        returned = returned + CASE WHEN NEW.kind = 'return' THEN NEW.amount ELSE 0 END
    WHERE id = NEW.pool_id AND received = NEW.pool_from;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'a carry does not continue the positions of pool %', NEW.pool_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.kind = 'return' THEN
        -- What comes back is the end of what is left of the disbursement, and comes back into its own pool.
        UPDATE charity_disbursement SET returned = returned + moved
        WHERE id = NEW.source_id AND pool_id = NEW.pool_id AND quantity - returned = NEW.source_to
            AND kind NOT IN ('transfer', 'refund');
    ELSE
        PERFORM FROM charity_disbursement
        WHERE id = NEW.source_id AND pool_id <> NEW.pool_id AND quantity = moved AND kind = 'transfer';
    END IF;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'a carry does not fit the disbursement that it comes from'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER carry_taken AFTER INSERT ON charity_carry FOR EACH ROW EXECUTE FUNCTION charity_carry_taken();

CREATE FUNCTION charity_reversal_taken() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    hole bigint := NEW.hole_to - NEW.hole_from;
    hole_amount bigint := NEW.amount;
BEGIN
    IF NEW.paid_from_id IS NOT NULL THEN
        SELECT NEW.amount - amount INTO hole_amount FROM charity_disbursement
        WHERE id = NEW.paid_from_id AND kind = 'refund' AND quantity = NEW.quantity - hole;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'the spent part of a refund is not what was paid out for it'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END IF;
    IF hole > 0 THEN
        UPDATE charity_donation SET refunded = refunded + hole
        WHERE id = NEW.donation_id AND pool_id = NEW.pool_id AND pool_to - refunded = NEW.hole_to
            AND pool_from <= NEW.hole_from;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'a refund does not take the end of what is left of donation %', NEW.donation_id
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        UPDATE charity_pool SET held = held - hole, refunded = refunded + hole_amount
        WHERE id = NEW.pool_id AND frontier <= NEW.hole_from;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'a refund takes from pool % what was spent already', NEW.pool_id
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER reversal_taken AFTER INSERT ON charity_donationreversal
    FOR EACH ROW EXECUTE FUNCTION charity_reversal_taken();

CREATE FUNCTION charity_part_taken() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE charity_disbursement SET sub_disbursed = NEW.part_to
    WHERE id = NEW.disbursement_id AND sub_disbursed = NEW.part_from AND kind = 'grant';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'a partner''s spending does not continue grant %', NEW.disbursement_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER part_taken AFTER INSERT ON charity_subdisbursement
    FOR EACH ROW EXECUTE FUNCTION charity_part_taken();

-- Every entry of the books adds up to nothing and stays within one organisation's books, checked when it is committed.
CREATE FUNCTION charity_entry_balances() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    entry bigint := CASE WHEN TG_TABLE_NAME = 'charity_posting' THEN (to_jsonb(NEW) ->> 'entry_id')::bigint
        ELSE (to_jsonb(NEW) ->> 'id')::bigint END;
    found record;
BEGIN
    SELECT count(*) AS lines, coalesce(sum(posting.amount), 0) AS total,
        bool_or(account.organisation_id <> journal.organisation_id) AS foreign_account INTO found
    FROM charity_posting AS posting
    JOIN charity_account AS account ON account.id = posting.account_id
    JOIN charity_journalentry AS journal ON journal.id = posting.entry_id
    WHERE posting.entry_id = entry;
    IF found.lines < 2 OR found.total <> 0 OR found.foreign_account THEN
        RAISE EXCEPTION 'journal entry % is not balanced: % lines add up to %', entry, found.lines, found.total
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER journal_balanced AFTER INSERT ON charity_journalentry DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION charity_entry_balances();
CREATE CONSTRAINT TRIGGER posting_balanced AFTER INSERT ON charity_posting DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION charity_entry_balances();

-- What may change at all: counters by the triggers above, the donor's particulars by erasure, arrival once proven.
CREATE FUNCTION charity_donation_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE expected charity_donation := OLD;
BEGIN
    IF pg_trigger_depth() > 1 THEN expected.refunded := NEW.refunded; END IF;
    IF NEW.particulars_sealed IS NULL THEN expected.particulars_sealed := NULL; END IF;
    IF NEW.shown = '' THEN expected.shown := ''; END IF;
    IF NEW.donor_id IS NULL THEN expected.donor_id := NULL; END IF;
    IF NEW IS DISTINCT FROM expected THEN
        RAISE EXCEPTION 'a donation cannot be changed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER donation_fixed BEFORE UPDATE ON charity_donation
    FOR EACH ROW EXECUTE FUNCTION charity_donation_guard();
CREATE FUNCTION charity_disbursement_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE expected charity_disbursement := OLD;
BEGIN
    IF pg_trigger_depth() > 1 THEN
        expected.sub_disbursed := NEW.sub_disbursed;
        expected.returned := NEW.returned;
    END IF;
    IF NOT OLD.reached_final THEN expected.reached_final := NEW.reached_final; END IF;
    IF NEW IS DISTINCT FROM expected THEN
        RAISE EXCEPTION 'a disbursement cannot be changed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER disbursement_fixed BEFORE UPDATE ON charity_disbursement
    FOR EACH ROW EXECUTE FUNCTION charity_disbursement_guard();
CREATE FUNCTION charity_part_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE expected charity_subdisbursement := OLD;
BEGIN
    IF NOT OLD.reached_final THEN expected.reached_final := NEW.reached_final; END IF;
    IF NEW IS DISTINCT FROM expected THEN
        RAISE EXCEPTION 'a partner''s spending cannot be changed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER part_fixed BEFORE UPDATE ON charity_subdisbursement
    FOR EACH ROW EXECUTE FUNCTION charity_part_guard();
CREATE FUNCTION charity_pool_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'the counters of a pool follow from its rows' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER pool_fixed BEFORE UPDATE ON charity_pool FOR EACH ROW EXECUTE FUNCTION charity_pool_guard();
"""
FIXED = ("donationreversal", "carry", "evidence", "journalentry", "posting", "planversion", "progressreport", "reportphoto")
KEPT = (*FIXED, "donation", "disbursement", "subdisbursement", "pool")
FORWARD += "".join(
    f"CREATE TRIGGER {table}_unchanged BEFORE UPDATE ON charity_{table}"
    " FOR EACH ROW EXECUTE FUNCTION charity_keep();\n"
    for table in FIXED
) + "".join(
    f"CREATE TRIGGER {table}_kept BEFORE DELETE ON charity_{table} FOR EACH ROW EXECUTE FUNCTION charity_keep();\n"
    f"CREATE TRIGGER {table}_not_emptied BEFORE TRUNCATE ON charity_{table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION charity_keep();\n"
    for table in KEPT
)

TRIGGERS = (
    ("donations_taken", "donation"),
    ("disbursements_taken", "disbursement"),
    ("carry_taken", "carry"),
    ("reversal_taken", "donationreversal"),
    ("part_taken", "subdisbursement"),
    ("journal_balanced", "journalentry"),
    ("posting_balanced", "posting"),
    ("donation_fixed", "donation"),
    ("disbursement_fixed", "disbursement"),
    ("part_fixed", "subdisbursement"),
    ("pool_fixed", "pool"),
    *((f"{table}_unchanged", table) for table in FIXED),
    *((f"{table}_{name}", table) for table in KEPT for name in ("kept", "not_emptied")),
)
FUNCTIONS = (
    "keep donations_taken disbursements_taken carry_taken reversal_taken part_taken entry_balances donation_guard"
    " disbursement_guard part_guard pool_guard"
)
BACKWARD = "".join(f"DROP TRIGGER {name} ON charity_{table};\n" for name, table in TRIGGERS) + "".join(
    f"DROP FUNCTION charity_{name}();\n" for name in FUNCTIONS.split()
)


class Migration(migrations.Migration):
    """Triggers of charity."""

    dependencies = [("charity", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
