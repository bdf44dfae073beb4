"""The form of a code is looked at once, with its check sign (constraint organisation_uscc_check_sign)."""

from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    """Depends on the migration below it in the chain."""

    atomic = False
    dependencies = [("registry", "0012_partial_indexes")]
    operations = [
        AddConstraintNotValid(
            "organisation",
            models.CheckConstraint(
                condition=models.Q(("uscc__isnull", False), ("kind", "BR"), _connector="OR"),
                name="organisation_code_unless_branch",
            ),
        ),
        ValidateConstraint("organisation", "organisation_code_unless_branch"),
        migrations.RemoveConstraint("organisation", "organisation_uscc_form"),
    ]
