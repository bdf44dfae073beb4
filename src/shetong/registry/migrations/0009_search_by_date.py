"""The index by founding date holds what filters look at, so that lists by date are read from it alone."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Depends on the migration below it in the chain."""

    atomic = False
    dependencies = [("registry", "0008_search_shown")]
    operations = [
        AddIndexConcurrently(
            "searchentry",
            models.Index(
                fields=["founded_on", "id"], include=["rank", "text", "initials", "facets"], name="search_by_date"
            ),
        ),
        RemoveIndexConcurrently("searchentry", "search_founded"),
    ]
