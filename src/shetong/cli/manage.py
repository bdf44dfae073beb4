"""Django's own management commands, for administrators and developers."""

from __future__ import annotations

import os
import sys

import click

PROFILE = "shetong.conf.development"
ARGUMENTS = {"ignore_unknown_options": True, "help_option_names": []}


def load_django() -> None:
    """Load Django with the profile named by DJANGO_SETTINGS_MODULE, the development profile by default."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", PROFILE)
    import django

    django.setup()


def execute(arguments: list[str]) -> None:
    """Run one of Django's management commands as ``django-admin`` would."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", PROFILE)
    from django.core.management import execute_from_command_line

    sys.argv = ["shetong", *arguments]
    execute_from_command_line(sys.argv)


@click.command(context_settings=ARGUMENTS, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def manage(arguments: tuple[str, ...]) -> None:
    """Run one of Django's management commands, for example: shetong manage createsuperuser."""
    execute(list(arguments))


def passed_on(name: str) -> click.Command | None:
    """Return a command that runs Django's management command ``name``, ``None`` where there is no such one."""
    load_django()
    from django.core.management import get_commands

    if name not in get_commands():
        return None

    def call(arguments: tuple[str, ...]) -> None:
        execute([name, *arguments])

    argument = click.Argument(["arguments"], nargs=-1, type=click.UNPROCESSED)
    return click.Command(name, callback=call, params=[argument], context_settings=ARGUMENTS, add_help_option=False)
