"""The command line as people and programs meet it: help, exit codes, one sentence where something is missing."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from shetong.cli import main
from shetong.cli.exits import Exit, NotReadyError, explain, plain_failures
from shetong.core.errors import WrongStateError


def shetong(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the tool as people do, with a few variables changed."""
    return subprocess.run(
        [sys.executable, "-m", "shetong", *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def commands(group: click.Group, prefix: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the words of every command and group."""
    for name, command in group.commands.items():
        yield (*prefix, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*prefix, name))


@pytest.mark.parametrize("words", list(commands(main)), ids=" ".join)
def test_every_command_explains_itself(words: tuple[str, ...]) -> None:
    command: click.Command = main
    for word in words:
        assert isinstance(command, click.Group)
        command = command.commands[word]
    assert command.help
    assert len(command.get_short_help_str(200)) > 15
    if words not in (("migrate",), ("manage",)):
        result = CliRunner().invoke(main, [*words, "--help"])
        assert result.exit_code == Exit.DONE
        assert "Usage" in result.output


def test_the_help_fits_a_narrow_terminal() -> None:
    text = CliRunner().invoke(main, ["--help"], terminal_width=80).output
    assert "..." not in text.partition("Commands:")[2]
    assert text.index("\n  run ") < text.index("\n  bench ")


def test_the_help_lists_the_exit_codes() -> None:
    text = " ".join(CliRunner().invoke(main, ["--help"]).output.split())
    for code in Exit:
        assert f"{code.value} " in text


def test_an_unknown_word_is_wrong_usage() -> None:
    assert shetong("no-such-thing").returncode == Exit.USAGE


def test_a_busy_port_is_said_in_a_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = shetong("run", PORT=str(port))
    assert done.returncode == Exit.NOT_READY
    assert done.stderr.startswith(f"shetong: port {port} on 127.0.0.1 is in use")
    assert done.stderr.count("\n") == 1


def test_an_unreachable_database_is_said_in_a_sentence_without_its_password() -> None:
    done = shetong("serve", PORT="0", DATABASE_URL="postgresql://u:geheim@127.0.0.1:1/x")
    assert done.returncode == Exit.NOT_READY
    assert "the database does not answer" in done.stderr
    assert "geheim" not in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_setting_that_cannot_be_used_names_itself() -> None:
    done = shetong("worker", LOG_LEVEL="loud")
    assert done.returncode == Exit.NOT_READY
    assert "LOG_LEVEL" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_benchmark_names_those_that_exist() -> None:
    done = shetong("bench", "nothing")
    assert done.returncode == Exit.USAGE
    assert "certificate" in done.stderr


def test_management_commands_of_django_are_passed_on() -> None:
    done = shetong("diffsettings", "--output=unified")
    assert done.returncode == Exit.DONE
    assert "ROOT_URLCONF" in done.stdout


class TestFailures:
    @pytest.mark.parametrize(
        ("error", "code"),
        [
            (NotReadyError("x"), Exit.NOT_READY),
            (KeyboardInterrupt(), Exit.INTERRUPTED),
            (OSError(28, "No space left on device", "/var"), Exit.NOT_READY),
            (WrongStateError("已注销的组织不能变更。"), Exit.REFUSED),
        ],
    )
    def test_what_people_can_mend_has_a_code(self, error: BaseException, code: Exit) -> None:
        with pytest.raises(SystemExit) as left, plain_failures():
            raise error
        assert left.value.code == code

    def test_programming_errors_come_through(self) -> None:
        with pytest.raises(ZeroDivisionError), plain_failures():
            raise ZeroDivisionError

    def test_other_errors_are_not_explained(self) -> None:
        assert explain(ValueError("x")) is None


def test_static_files_are_collected_without_a_database(tmp_path: Path) -> None:
    done = shetong("assets", SHETONG_VAR=str(tmp_path), DATABASE_URL="")
    assert done.returncode == Exit.DONE
    assert [path.name for path in tmp_path.iterdir()] == ["static"]


def test_check_speaks_json() -> None:
    done = shetong("check", "--json", SECRET_KEY="", PII_KEYS="broken")
    report = json.loads(done.stdout)
    assert done.returncode == Exit.FINDINGS
    assert report["ok"] is False
    assert any(finding["check"] == "keys" and "PII_KEYS" in finding["message"] for finding in report["findings"])
