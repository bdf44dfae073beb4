"""The command line tool ``shetong``: each command a file, each thin, the work done by the packages' services."""

from __future__ import annotations

import click

from shetong.cli import (
    accounts,
    archive,
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
    platform,
    run,
    serve,
    trial,
    worker,
)
from shetong.cli import (
    seals as seals,
)
from shetong.cli.exits import HELP, plain_failures

__all__ = ["main"]


class Tool(click.Group):
    """The group of commands; a word it does not know is handed to Django's management commands."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click passes it
        """Return the names of the commands in the order in which they were added."""
        return list(self.commands)

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


# In the order of a newcomer's needs, each with what `shetong --help` says on one line.
COMMANDS: tuple[tuple[click.Command, str], ...] = (
    (run.run, "Build, migrate, load the demo, serve; Ctrl-C stops all."),
    (serve.serve, "Serve the site until it is told to stop."),
    (worker.worker, "Run background jobs until told to stop."),
    (migrate.migrate, "Apply the database migrations."),
    (assets.assets, "Build the front end, collect the static files."),
    (check.check, "Is this installation ready, and fit for the public?"),
    (demo.demo, "Load generated organisations: a few thousand or 900,000."),
    (imports.imports, "Import organisations from CSV, XLSX or Parquet."),
    (export.export, "Write the public register as open-data files."),
    (keys.keys, "Manage the keys that sign certificates and documents."),
    (keys.certificates, "Issue registration certificates."),
    (archive.archive, "Verify a package of the electronic archive."),
    (accounts.accounts, "Make the first administrator's account."),
    (audit.audit, "Verify and chain the audit trail."),
    (log.log, "Look after the public, tamper-evident logs."),
    (trial.trial, "Try a changed rule on past cases; writes nothing."),
    (platform.demo_platform, "Be a fundraising platform's program."),
    (bench.bench, "Run a benchmark; figures as JSON."),
    (manage.manage, "Run one of Django's management commands."),
)
for command, line in COMMANDS:
    command.short_help = line
    main.add_command(command)
