"""Files of reports: whole or not there, and known to be impossible before anything runs."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from lab.errors import LabError, UsageError
from lab.report.file import ReportFile


def report(path: Path | str) -> ReportFile:
    return ReportFile("--json", Path(path))


def refusal(path: Path | str) -> str:
    with pytest.raises(UsageError) as found:
        report(path).check()
    return str(found.value)


def test_what_is_written_is_all_that_is_there(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text("an older and longer one\n" * 100)
    report(path).write("new 下午好\n")
    assert path.read_text() == "new 下午好\n"
    assert list(tmp_path.iterdir()) == [path]


def test_who_reads_an_old_report_while_a_new_one_is_written_reads_all_of_the_old(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text("old")
    with path.open() as reader:
        report(path).write("new")
        assert reader.read() == "old"


def test_a_check_changes_nothing(tmp_path: Path) -> None:
    old = tmp_path / "old"
    old.write_text("old")
    report(old).check()
    report(tmp_path / "new").check()
    assert list(tmp_path.iterdir()) == [old]
    assert old.read_text() == "old"


def test_a_new_file_has_the_rights_that_others_have_and_an_old_one_keeps_its_own(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        report(tmp_path / "new").write("")
        report(tmp_path / "old").write("")
        (tmp_path / "old").chmod(0o604)
        report(tmp_path / "old").write("again")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o640
    assert stat.S_IMODE((tmp_path / "old").stat().st_mode) == 0o604


def test_what_a_link_points_at_is_replaced_and_not_the_link(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    link = tmp_path / "link"
    link.symlink_to("there/report")
    report(link).check()
    report(link).write("text")
    assert link.is_symlink()
    assert (tmp_path / "there/report").read_text() == "text"


def test_what_cannot_be_written_is_known_before(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "loop").symlink_to("loop")
    assert refusal(tmp_path) == f"--json {tmp_path}: that is a folder; name a file in it"
    assert refusal(tmp_path / "no/x") == f"--json {tmp_path}/no/x: there is no folder {tmp_path}/no"
    assert refusal(tmp_path / "file/x") == f"--json {tmp_path}/file/x: there is no folder {tmp_path}/file"
    assert refusal(tmp_path / ("n" * 300)).endswith(": File name too long")
    assert refusal(tmp_path / "loop").endswith(": Too many levels of symbolic links")


def test_a_folder_or_a_file_without_the_right_to_write_is_known_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked, file = tmp_path / "locked", tmp_path / "file"
    locked.mkdir()
    file.write_text("mine")
    if os.geteuid() == 0:  # who may do anything; the kernel's answer to others is played
        monkeypatch.setattr(os, "access", lambda *_: False)
        monkeypatch.setattr(os, "open", _denied)
    locked.chmod(0o555)
    file.chmod(0o444)
    assert refusal(locked / "x") == f"--json {locked}/x: Permission denied"
    assert refusal(file) == f"--json {file}: it may not be written"
    assert file.read_text() == "mine"


def _denied(*_: object) -> int:
    raise PermissionError(13, "Permission denied")


def test_a_device_is_written_to_and_stays_one() -> None:
    report("/dev/null").check()
    report("/dev/null").write("text")
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


def test_a_pipe_gets_all_of_it(tmp_path: Path) -> None:
    """As in `lab run --json >(…)`."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    report(pipe).check()
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    report(pipe).write("text")
    assert os.read(reader, 100) == b"text"
    os.close(reader)


def test_a_full_disk_is_the_labs_failure_and_says_which_report_is_missing() -> None:
    with pytest.raises(LabError) as found:
        report("/dev/full").write("text")
    assert str(found.value) == "--json /dev/full: No space left on device; the report is not written"
    assert found.value.exit_code == 3


def test_when_writing_fails_the_old_file_is_untouched_and_nothing_lies_about(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "report"
    path.write_text("old")

    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(LabError):
        report(path).write("new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_text_that_is_no_unicode_is_written_all_the_same(tmp_path: Path) -> None:
    report(tmp_path / "x").write('"\udcff"')
    assert (tmp_path / "x").read_text() == '"\\udcff"'
