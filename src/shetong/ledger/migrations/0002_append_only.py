"""Entries and checkpoints never change; a tile only grows."""

from django.db import migrations

CREATE = """
CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the log is append-only: % on % refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE FUNCTION ledger_tile_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.log_id, NEW.level, NEW.index) IS DISTINCT FROM (OLD.log_id, OLD.level, OLD.index)
        OR substring(NEW.hashes FROM 1 FOR length(OLD.hashes)) <> OLD.hashes
    THEN
        RAISE EXCEPTION 'a tile only grows' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
-- The condition stands in the trigger, not in a function, because the sequencer places many thousands a second.
CREATE TRIGGER entry_placed BEFORE UPDATE ON ledger_entry FOR EACH ROW
    WHEN (
        OLD.index IS NOT NULL OR NEW.index IS NULL
        OR (NEW.id, NEW.log_id, NEW.reference, NEW.submitted_at)
            IS DISTINCT FROM (OLD.id, OLD.log_id, OLD.reference, OLD.submitted_at)
        OR NEW.data <> OLD.data
    )
    EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER entry_frozen BEFORE DELETE ON ledger_entry
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER entry_kept BEFORE TRUNCATE ON ledger_entry
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER checkpoint_frozen BEFORE UPDATE OR DELETE ON ledger_checkpoint
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER checkpoint_kept BEFORE TRUNCATE ON ledger_checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER tile_grows BEFORE UPDATE ON ledger_tile
    FOR EACH ROW EXECUTE FUNCTION ledger_tile_grows();
CREATE TRIGGER tile_frozen BEFORE DELETE ON ledger_tile
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER tile_kept BEFORE TRUNCATE ON ledger_tile
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
"""
DROP = """
DROP TRIGGER tile_kept ON ledger_tile;
DROP TRIGGER tile_frozen ON ledger_tile;
DROP TRIGGER tile_grows ON ledger_tile;
DROP TRIGGER checkpoint_kept ON ledger_checkpoint;
DROP TRIGGER checkpoint_frozen ON ledger_checkpoint;
DROP TRIGGER entry_kept ON ledger_entry;
DROP TRIGGER entry_frozen ON ledger_entry;
DROP TRIGGER entry_placed ON ledger_entry;
DROP FUNCTION ledger_tile_grows();
DROP FUNCTION ledger_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [migrations.RunSQL(CREATE, DROP)]
