"""Places and waiting move into tables of their own; entries become wholly immutable."""

import django.db.models.deletion
from django.db import migrations, models

MOVE = """
DROP TRIGGER entry_placed ON ledger_entry;
INSERT INTO ledger_place (entry_id, log_id, index) SELECT id, log_id, index FROM ledger_entry WHERE index IS NOT NULL;
INSERT INTO ledger_waiting (entry_id, log_id) SELECT id, log_id FROM ledger_entry WHERE index IS NULL;
"""
MOVE_BACK = """
UPDATE ledger_entry AS entry SET index = place.index FROM ledger_place AS place WHERE place.entry_id = entry.id;
CREATE TRIGGER entry_placed BEFORE UPDATE ON ledger_entry FOR EACH ROW
    WHEN (
        OLD.index IS NOT NULL OR NEW.index IS NULL
        OR (NEW.id, NEW.log_id, NEW.reference, NEW.submitted_at)
            IS DISTINCT FROM (OLD.id, OLD.log_id, OLD.reference, OLD.submitted_at)
        OR NEW.data <> OLD.data
    )
    EXECUTE FUNCTION ledger_refuse();
"""
FREEZE = """
CREATE TRIGGER entry_fixed BEFORE UPDATE ON ledger_entry
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER place_frozen BEFORE UPDATE OR DELETE ON ledger_place
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER place_kept BEFORE TRUNCATE ON ledger_place
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
"""
THAW = """
DROP TRIGGER place_kept ON ledger_place;
DROP TRIGGER place_frozen ON ledger_place;
DROP TRIGGER entry_fixed ON ledger_entry;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_trust_append_only")]
    operations = [
        migrations.CreateModel(
            name="Place",
            fields=[
                ("entry", models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, primary_key=True, related_name="place", serialize=False, to="ledger.entry")),
                ("log", models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="places", to="ledger.log")),
                ("index", models.BigIntegerField(verbose_name="序号")),
            ],
            options={
                "verbose_name": "条目位置",
                "constraints": [
                    models.UniqueConstraint(fields=("log", "index"), name="place_once"),
                    models.CheckConstraint(condition=models.Q(("index__gte", 0)), name="place_positive"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Waiting",
            fields=[
                ("entry", models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, primary_key=True, related_name="waiting", serialize=False, to="ledger.entry")),
                ("log", models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="waiting", to="ledger.log")),
            ],
            options={"verbose_name": "待入日志的条目"},
        ),
        migrations.RunSQL(MOVE, MOVE_BACK),
        migrations.RemoveIndex(model_name="entry", name="entry_waiting"),
        migrations.RemoveConstraint(model_name="entry", name="entry_place_once"),
        migrations.RemoveConstraint(model_name="entry", name="entry_place_positive"),
        migrations.RemoveField(model_name="entry", name="index"),
        migrations.RunSQL(FREEZE, THAW),
    ]
