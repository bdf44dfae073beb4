"""The command line tool ``shetong``: each command a file, each thin, the work done by the packages' services."""

from __future__ import annotations

import click

from shetong.cli import (
    accounts,
    assets,
    audit,
    bench,
    check,
    demo,
    export,
    imports,
    keys,
    log,
    manage,
    migrate,
    run,
    serve,
    worker,
)
from shetong.cli.exits import HELP, plain_failures

__all__ = ["main"]


class Tool(click.Group):
    """The group of commands; a word it does not know is handed to Django's management commands."""

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Return Shetong's command, or a command that runs Django's of that name."""
        return super().get_command(ctx, name) or manage.passed_on(name)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; what people can mend is said in one sentence."""
        with plain_failures():
            return super().invoke(ctx)


@click.group(cls=Tool, epilog=HELP, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="shetong", prog_name="shetong")
def main() -> None:
    """Shetong (社通): one platform for social organisations, charity, volunteering and social work.

    Settings come from the environment (docs/configuration.md). Without DATABASE_URL an embedded PostgreSQL below
    SHETONG_VAR is used and started as needed.
    """


for command in (
    run.run,
    serve.serve,
    worker.worker,
    migrate.migrate,
    demo.demo,
    imports.imports,
    export.export,
    keys.keys,
    keys.certificates,
    log.log,
    audit.audit,
    accounts.accounts,
    check.check,
    bench.bench,
    assets.assets,
    manage.manage,
):
    main.add_command(command)
