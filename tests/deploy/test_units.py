"""The files of deploy/ agree with the program, with each other and with the tools that read them."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from shetong.cli import main
from tests.conf.test_documents import names_listed
from tests.deploy.conftest import DEPLOY, example_settings
from tests.shared import ROOT

UNITS = sorted((DEPLOY / "systemd").iterdir())
HARDENED = ("shetong-web.service", "shetong-worker.service")


def unit(path: Path) -> configparser.RawConfigParser:
    """Read a unit file."""
    parser = configparser.RawConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(path, encoding="utf-8")
    return parser


def compose() -> dict[str, Any]:
    """Read the compose file."""
    document: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return document


def known(words: list[str]) -> bool:
    """Tell whether ``shetong WORDS`` is a command with those options."""
    context = click.Context(main)
    command = main.get_command(context, words[0])
    if command is None:
        return False
    options = {option for parameter in command.params for option in parameter.opts}
    return {word for word in words[1:] if word.startswith("--")} <= options


def test_the_example_sets_only_settings_that_exist() -> None:
    assert set(example_settings()) <= names_listed()


class TestUnits:
    @pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
    def test_it_starts_a_command_that_exists(self, path: Path) -> None:
        if path.suffix == ".timer":
            assert path.with_suffix(".service").is_file()
            return
        words = unit(path)["Service"]["ExecStart"].split()
        if words[0].endswith("/shetong"):
            assert words[0] == "/opt/shetong/.venv/bin/shetong"
            assert known(words[1:])

    @pytest.mark.parametrize("name", HARDENED)
    def test_services_that_run_on_give_up_what_they_do_not_need(self, name: str) -> None:
        service = unit(DEPLOY / "systemd" / name)["Service"]
        assert service["User"] == "shetong"
        for setting in ("NoNewPrivileges", "PrivateDevices", "PrivateTmp", "ProtectHome", "RestrictNamespaces"):
            assert service[setting] == "yes", setting
        assert service["ProtectSystem"] == "strict"
        assert service["CapabilityBoundingSet"] == ""

    @pytest.mark.parametrize("name", [*HARDENED, "shetong-check.service"])
    def test_secrets_come_as_credentials_and_are_made_by_the_book(self, name: str) -> None:
        text = (DEPLOY / "systemd" / name).read_text(encoding="utf-8")
        book = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")
        loaded = dict(re.findall(r"^LoadCredential=([\w-]+):(\S+)$", text, re.MULTILINE))
        assert set(re.findall(r"%d/([\w-]+)", text)) == set(loaded)
        for path in loaded.values():
            assert f"> {path}\n" in book
        assert {name.removesuffix("_FILE") for name in re.findall(r"(\w+_FILE)=", text)} <= names_listed()

    @pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not on this machine")
    def test_systemd_accepts_them(self, tmp_path: Path) -> None:
        program = tmp_path / "bin" / "shetong"
        program.parent.mkdir()
        program.symlink_to(sys.executable)
        for path in UNITS:
            text = path.read_text(encoding="utf-8").replace("/opt/shetong/.venv/bin/shetong", str(program))
            (tmp_path / path.name).write_text(text, encoding="utf-8")
        done = subprocess.run(
            ["systemd-analyze", "verify", "--man=no", *(str(tmp_path / path.name) for path in UNITS)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stdout + done.stderr) == (0, "")


class TestCompose:
    def test_what_it_names_is_there(self) -> None:
        document = compose()
        secrets, volumes = set(document["secrets"]), set(document["volumes"])
        made = {"environment", "tls", "secrets"}  # by the administrator, as the book says
        for name, service in document["services"].items():
            assert set(service.get("secrets", ())) <= secrets, name
            assert set(service.get("depends_on", ())) <= set(document["services"]), name
            for volume in service.get("volumes", ()):
                source = volume.split(":")[0]
                assert source in volumes or source.lstrip("./") in made or (DEPLOY / source).is_file(), volume
            if "build" in service:
                assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).is_file()
                assert known(service.get("command", ["shetong", "serve"])[1:]), name
        book = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")
        for secret in document["secrets"].values():
            assert f"> {secret['file'].removeprefix('./')}\n" in book

    def test_it_sets_only_settings_that_exist(self) -> None:
        given = set(compose()["x-shetong"]["environment"])
        image = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
        given |= set(re.findall(r"(?:ENV |^    )([A-Z_]+)=", image, re.MULTILINE)) - {"PATH", "PYTHONUNBUFFERED"}
        assert {name.removesuffix("_FILE") for name in given} <= names_listed()

    def test_services_of_ours_are_read_only_and_without_privileges(self) -> None:
        for name in ("migrate", "web", "worker"):
            service = compose()["services"][name]
            assert service["read_only"] is True
            assert service["cap_drop"] == ["ALL"]
            assert "no-new-privileges:true" in service["security_opt"]
            assert "ports" not in service

    def test_secrets_are_kept_out_of_the_image_and_out_of_git(self) -> None:
        for file in (".dockerignore", ".gitignore"):
            lines = {line.rstrip("/") for line in (ROOT / file).read_text(encoding="utf-8").splitlines()}
            assert {"deploy/secrets", "deploy/tls", "deploy/environment"} <= lines, file
