"""Kind, matters and publicity of an article stand in its versions and come into force with them."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models

# What every version of an article said until now is what the article says.
FORWARD = """
ALTER TABLE casework_articleversion DISABLE TRIGGER version_fixed;
UPDATE casework_articleversion v SET kind = a.kind, matters = a.matters, public = a.public
  FROM casework_article a WHERE a.id = v.article_id;
ALTER TABLE casework_articleversion ENABLE TRIGGER version_fixed;
"""


class Migration(migrations.Migration):
    """Columns with defaults of the database, so that the old code writes on."""

    dependencies = [("casework", "0018_lists")]

    operations = [
        migrations.AddField(
            model_name='articleversion',
            name='kind',
            field=models.CharField(choices=[('regulation', '法规政策'), ('article', '业务说明'), ('faq', '问答')], db_default='article', default='article', max_length=12, verbose_name='类别'),
        ),
        migrations.AddField(
            model_name='articleversion',
            name='matters',
            field=ArrayField(base_field=models.CharField(max_length=24), db_default=models.Value([], ArrayField(base_field=models.CharField(max_length=24), size=None)), default=list, size=None, verbose_name='相关事项'),
        ),
        migrations.AddField(
            model_name='articleversion',
            name='public',
            field=models.BooleanField(db_default=False, default=False, verbose_name='向公众显示'),
        ),
        AddConstraintNotValid(
            'articleversion',
            models.CheckConstraint(condition=models.Q(('kind__in', ['regulation', 'article', 'faq'])), name='article_version_kind_known'),
        ),
        ValidateConstraint('articleversion', 'article_version_kind_known'),
        migrations.RunSQL(FORWARD, migrations.RunSQL.noop),
    ]
