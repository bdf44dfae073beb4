"""Settings from the environment: understood, or refused in a sentence that names the variable."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shetong.conf import embedded, env
from shetong.conf.databases import database


class TestReaders:
    @pytest.mark.parametrize(("word", "value"), [("1", True), ("YES", True), ("off", False), ("", False)])
    def test_flags(self, monkeypatch: pytest.MonkeyPatch, word: str, value: bool) -> None:
        monkeypatch.setenv("X_FLAG", word)
        assert env.flag("X_FLAG") is value

    def test_another_word_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("X_FLAG", "maybe")
        with pytest.raises(env.SettingError, match="X_FLAG"):
            env.flag("X_FLAG")

    @pytest.mark.parametrize("word", ["four", "1.5", "-1", "99"])
    def test_numbers_outside_their_bounds(self, monkeypatch: pytest.MonkeyPatch, word: str) -> None:
        monkeypatch.setenv("X_NUMBER", word)
        with pytest.raises(env.SettingError, match="X_NUMBER"):
            env.number("X_NUMBER", 3, most=64)

    def test_an_empty_variable_counts_as_absent(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("X_NUMBER", " ")
        assert env.number("X_NUMBER", 3) == 3
        assert env.text("X_NUMBER", "d") == "d"

    def test_lists_lose_blanks_and_empty_entries(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("X_LIST", " a, ,b,")
        assert env.items("X_LIST") == ["a", "b"]

    def test_a_secret_may_stand_in_a_file(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        (tmp_path / "key").write_text("s3cret\n")
        monkeypatch.setenv("X_KEY_FILE", str(tmp_path / "key"))
        assert env.secret("X_KEY") == "s3cret"
        monkeypatch.setenv("X_KEY", "given")
        assert env.secret("X_KEY") == "given"

    def test_a_secret_whose_file_is_missing_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("X_KEY_FILE", "/nowhere/key")
        with pytest.raises(env.SettingError, match="X_KEY_FILE"):
            env.secret("X_KEY")


PLANNED_ONCE = "-c plan_cache_mode=force_generic_plan"


class TestDatabaseAddress:
    def test_a_server_reached_over_tcp(self) -> None:
        settings = database("postgresql://u%40x:p%2Fw@db.example:5433/shetong?sslmode=require")
        assert (settings["HOST"], settings["PORT"], settings["USER"]) == ("db.example", "5433", "u@x")
        assert settings["PASSWORD"] == "p/w"
        assert settings["OPTIONS"] == {"sslmode": "require", "options": PLANNED_ONCE}

    def test_a_unix_socket(self) -> None:
        settings = database("postgresql://postgres:@/shetong?host=/run/pg&port=5433")
        assert (settings["HOST"], settings["PORT"], settings["OPTIONS"]["options"]) == ("/run/pg", "5433", PLANNED_ONCE)
        assert settings["PREPARE"] is True

    def test_behind_a_pooler_nothing_is_prepared(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DATABASE_PREPARE", "0")
        settings = database("postgresql://u@h/d")
        assert (settings["PREPARE"], settings["OPTIONS"]) == (False, {})

    def test_what_an_address_sets_stays_beside_it(self) -> None:
        settings = database("postgresql://u@h/d?options=-c%20work_mem%3D8MB")
        assert settings["OPTIONS"] == {"options": f"-c work_mem=8MB {PLANNED_ONCE}"}

    @pytest.mark.parametrize("url", ["mysql://u@h/d", "postgresql://u:geheim@h", "nonsense", "postgresql://h:geheim/d"])
    def test_anything_else_is_refused_without_repeating_it(self, url: str) -> None:
        with pytest.raises(env.SettingError) as refused:
            database(url)
        assert "geheim" not in str(refused.value)

    @given(st.text())
    def test_garbage_never_fails_otherwise(self, garbage: str) -> None:
        with contextlib.suppress(env.SettingError):
            assert database(garbage)["NAME"]


class TestEmbeddedDatabase:
    def test_a_missing_disk_is_said_in_a_sentence(self) -> None:
        with pytest.raises(embedded.EmbeddedDatabaseError, match=r"/proc/nowhere cannot be used .* SHETONG_VAR"):
            embedded.start(Path("/proc/nowhere"))

    def test_a_full_disk_is_said_in_a_sentence(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setattr(embedded, "LEAST_FREE_BYTES", 10**18)
        with pytest.raises(embedded.EmbeddedDatabaseError, match=r"is full: .* MB are free"):
            embedded.start(tmp_path)

    def test_a_server_that_cannot_start_is_said_in_a_sentence(self, tmp_path: Path) -> None:
        directory = embedded.data_directory(tmp_path)
        directory.mkdir()
        (directory / "PG_VERSION").write_text("15\n")
        with pytest.raises(embedded.EmbeddedDatabaseError, match="does not start; its log is"):
            embedded.start(tmp_path)

    def test_ended_processes_are_struck_off_the_list_of_users(self, tmp_path: Path) -> None:
        listed = tmp_path / ".handle_pids.json"
        listed.write_text("[1, 99999999]")
        embedded._forget_ended_users(tmp_path)
        assert listed.read_text() == "[1]"
