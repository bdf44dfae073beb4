"""What jobs look for is found without reading whole tables; the indexes are made while others write.

None holds what signing up changes in a shift: that row is renewed in place.
"""

from django.contrib.postgres.indexes import BrinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

BEGINS = models.Func(models.F("during"), function="lower")
ENDS = models.Func(models.F("during"), function="upper")
NEW = [
    ("signup", models.Index(BEGINS, condition=models.Q(("state", "waiting")), name="signup_waiting_by_time")),
    ("signup", models.Index(ENDS, condition=models.Q(("state", "present")), name="signup_present_by_end")),
    ("session", models.Index(ENDS, condition=models.Q(("state", "planned")), name="session_to_close")),
    ("session", models.Index(BEGINS, condition=models.Q(("state", "cancelled")), name="session_cancelled")),
    (
        "servicerecord",
        models.Index(fields=["batch"], condition=models.Q(("batch__isnull", False)), name="record_of_batch"),
    ),
    ("hoursevent", BrinIndex(fields=["recorded_at"], name="hours_event_recorded")),
    (
        "doubt",
        models.Index(
            fields=["record"], condition=models.Q(("serious", False), ("state", "open")), name="doubt_mild"
        ),
    ),
]


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("volunteering", "0026_records_on_notice")]
    operations = [AddIndexConcurrently(model, index) for model, index in NEW]
