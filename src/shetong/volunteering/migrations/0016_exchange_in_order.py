"""Notes of changes are held until their transaction ends; records are followed by notes; what was taken on which day."""

from django.db import migrations, models

KINDS = [("volunteers", "志愿者"), ("organisations", "组织和团体"), ("activities", "活动"), ("records", "服务记录")]

# A note that stands already is written anew, so that the sequencer passes over it until this change can be read.
FORWARD = """
CREATE OR REPLACE FUNCTION volunteering_exchange_note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO volunteering_exchangedirty (kind, object_id)
    VALUES (TG_ARGV[0], CASE WHEN TG_ARGV[1] = 'id' THEN NEW.id ELSE (to_jsonb(NEW) ->> TG_ARGV[1])::bigint END)
    ON CONFLICT (kind, object_id) DO UPDATE SET kind = EXCLUDED.kind;
    RETURN NULL;
END $$;
CREATE FUNCTION volunteering_exchange_note_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO volunteering_exchangedirty (kind, object_id)
    SELECT 'records', NEW.record_id
    WHERE EXISTS (SELECT FROM volunteering_servicerecord r
                  JOIN volunteering_systemnumber n ON n.volunteer_id = r.volunteer_id
                  WHERE r.id = NEW.record_id AND r.source = '')
    ON CONFLICT (kind, object_id) DO UPDATE SET kind = EXCLUDED.kind;
    RETURN NULL;
END $$;
CREATE TRIGGER exchange_hours AFTER INSERT ON volunteering_hoursevent
    FOR EACH ROW EXECUTE FUNCTION volunteering_exchange_note_event();
CREATE TRIGGER exchange_record_moved AFTER UPDATE OF volunteer_id ON volunteering_servicerecord
    FOR EACH ROW WHEN (NEW.volunteer_id IS DISTINCT FROM OLD.volunteer_id AND NEW.source = '')
    EXECUTE FUNCTION volunteering_exchange_note('records', 'id');
DROP TRIGGER exchange_consent ON volunteering_consent;
CREATE TRIGGER exchange_consent AFTER INSERT OR UPDATE ON volunteering_consent
    FOR EACH ROW WHEN (NEW.purpose = 'transfer' AND NEW.withdrawn_at IS NOT NULL)
    EXECUTE FUNCTION volunteering_exchange_note('volunteers', 'volunteer_id');
CREATE TRIGGER exchange_consent_given AFTER INSERT OR UPDATE ON volunteering_consent
    FOR EACH ROW WHEN (NEW.purpose = 'transfer' AND NEW.withdrawn_at IS NULL)
    EXECUTE FUNCTION volunteering_exchange_note('transfers', 'volunteer_id');
DROP TRIGGER exchange_system_number ON volunteering_systemnumber;
CREATE TRIGGER exchange_system_number AFTER INSERT ON volunteering_systemnumber
    FOR EACH ROW EXECUTE FUNCTION volunteering_exchange_note('transfers', 'volunteer_id');
CREATE TRIGGER exchange_system_number_moved AFTER UPDATE ON volunteering_systemnumber
    FOR EACH ROW WHEN (NEW.volunteer_id IS DISTINCT FROM OLD.volunteer_id OR NEW.system IS DISTINCT FROM OLD.system)
    EXECUTE FUNCTION volunteering_exchange_note('transfers', 'volunteer_id');
INSERT INTO volunteering_exchangedirty (kind, object_id)
    SELECT DISTINCT 'records', e.record_id FROM volunteering_hoursevent e
    WHERE e.id > (SELECT max(event) - 20000 FROM volunteering_exchangechange)
    ON CONFLICT DO NOTHING;
INSERT INTO volunteering_exchangereceipt (system_id, rehearsal, kind, received_on, number, version)
    SELECT system_id, rehearsal, kind, (received_at AT TIME ZONE 'Asia/Shanghai')::date, number, version
    FROM volunteering_exchangeitem;
"""
BACKWARD = """
DROP TRIGGER exchange_system_number_moved ON volunteering_systemnumber;
DROP TRIGGER exchange_system_number ON volunteering_systemnumber;
CREATE TRIGGER exchange_system_number AFTER INSERT OR UPDATE ON volunteering_systemnumber
    FOR EACH ROW EXECUTE FUNCTION volunteering_exchange_note('volunteers', 'volunteer_id');
DROP TRIGGER exchange_consent_given ON volunteering_consent;
DROP TRIGGER exchange_consent ON volunteering_consent;
CREATE TRIGGER exchange_consent AFTER INSERT OR UPDATE ON volunteering_consent
    FOR EACH ROW WHEN (NEW.purpose = 'transfer') EXECUTE FUNCTION volunteering_exchange_note('volunteers', 'volunteer_id');
DROP TRIGGER exchange_record_moved ON volunteering_servicerecord;
DROP TRIGGER exchange_hours ON volunteering_hoursevent;
DROP FUNCTION volunteering_exchange_note_event();
DELETE FROM volunteering_exchangedirty WHERE kind IN ('records', 'transfers');
"""


class Migration(migrations.Migration):
    dependencies = [("volunteering", "0015_saved_searches_by_activity")]
    operations = [
        migrations.CreateModel(
            name="ExchangeProgress",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name="名称")),
                ("position", models.BigIntegerField(default=0, verbose_name="位置")),
            ],
            options={"verbose_name": "处理进度"},
        ),
        migrations.CreateModel(
            name="ExchangeReceipt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("rehearsal", models.BooleanField(verbose_name="演练")),
                ("kind", models.CharField(choices=KINDS, max_length=13, verbose_name="种类")),
                ("received_on", models.DateField(db_index=True, verbose_name="接收日期")),
                ("number", models.CharField(max_length=60, verbose_name="系统内编号")),
                ("version", models.PositiveBigIntegerField(verbose_name="版次")),
                (
                    "system",
                    models.ForeignKey(
                        db_index=False, on_delete=models.PROTECT, related_name="+",
                        to="volunteering.volunteersystem", verbose_name="系统",
                    ),
                ),
            ],
            options={
                "verbose_name": "接收的登记",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("system", "rehearsal", "kind", "received_on", "number"), name="exchange_receipt_once"
                    )
                ],
            },
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
