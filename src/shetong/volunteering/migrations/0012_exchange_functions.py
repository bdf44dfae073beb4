"""What changed is noted for the sequencer of the exchange; records of service are followed by their events instead."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION volunteering_exchange_note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO volunteering_exchangedirty (kind, object_id)
    VALUES (TG_ARGV[0], CASE WHEN TG_ARGV[1] = 'id' THEN NEW.id ELSE (to_jsonb(NEW) ->> TG_ARGV[1])::bigint END)
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER exchange_team AFTER INSERT OR UPDATE ON volunteering_team
    FOR EACH ROW EXECUTE FUNCTION volunteering_exchange_note('organisations', 'id');
CREATE TRIGGER exchange_activity AFTER UPDATE ON volunteering_activity
    FOR EACH ROW WHEN (NEW.published_at IS NOT NULL) EXECUTE FUNCTION volunteering_exchange_note('activities', 'id');
CREATE TRIGGER exchange_volunteer AFTER UPDATE OF state, merged_into_id ON volunteering_volunteer
    FOR EACH ROW WHEN (NEW.state IS DISTINCT FROM OLD.state OR NEW.merged_into_id IS DISTINCT FROM OLD.merged_into_id)
    EXECUTE FUNCTION volunteering_exchange_note('volunteers', 'id');
CREATE TRIGGER exchange_consent AFTER INSERT OR UPDATE ON volunteering_consent
    FOR EACH ROW WHEN (NEW.purpose = 'transfer') EXECUTE FUNCTION volunteering_exchange_note('volunteers', 'volunteer_id');
CREATE TRIGGER exchange_system_number AFTER INSERT OR UPDATE ON volunteering_systemnumber
    FOR EACH ROW EXECUTE FUNCTION volunteering_exchange_note('volunteers', 'volunteer_id');
INSERT INTO volunteering_exchangedirty (kind, object_id)
    SELECT 'organisations', id FROM volunteering_team
    UNION ALL SELECT 'activities', id FROM volunteering_activity WHERE published_at IS NOT NULL
    UNION ALL SELECT DISTINCT 'volunteers', volunteer_id FROM volunteering_systemnumber
    ON CONFLICT DO NOTHING;
"""
BACKWARD = """
DROP TRIGGER exchange_system_number ON volunteering_systemnumber;
DROP TRIGGER exchange_consent ON volunteering_consent;
DROP TRIGGER exchange_volunteer ON volunteering_volunteer;
DROP TRIGGER exchange_activity ON volunteering_activity;
DROP TRIGGER exchange_team ON volunteering_team;
DROP FUNCTION volunteering_exchange_note();
"""


class Migration(migrations.Migration):
    dependencies = [("volunteering", "0011_exchange")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
