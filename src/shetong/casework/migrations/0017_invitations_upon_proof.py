"""What registrars invited is listed by an index, made while the old code serves; each rests upon papers."""

from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    """Depends on the migration below it in the chain."""

    atomic = False
    dependencies = [("casework", "0016_invitations_of_registrars")]
    operations = [
        AddIndexConcurrently(
            model_name='mandateinvitation',
            index=models.Index(condition=models.Q(('division_code', ''), _negated=True), fields=['division_code', '-id'], name='invitation_by_registrar'),
        ),
        AddConstraintNotValid(
            'mandateinvitation',
            models.CheckConstraint(condition=models.Q(('division_code', ''), models.Q(('proof', ''), _negated=True), _connector='OR'), name='invitation_of_registrar_upon_proof'),
        ),
        ValidateConstraint('mandateinvitation', 'invitation_of_registrar_upon_proof'),
    ]
