"""About: versions read without loading anything, copied for a question, and the place of the log."""

from __future__ import annotations

import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from core import __version__
from core.engine import log
from gui import about
from gui.about import AboutDialog

ROOT = Path(__file__).parents[2]


@pytest.fixture
def logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / ("a folder with a long name " * 4).strip()
    monkeypatch.setenv("SLIDETRAY_LOG", str(folder))
    return folder


@pytest.fixture
def dialog(logs: Path, qtbot: QtBot) -> AboutDialog:
    found = AboutDialog()
    qtbot.addWidget(found)
    found.show()
    found.activateWindow()
    qtbot.waitUntil(found.isActiveWindow)
    return found


def test_it_says_what_it_is(dialog: AboutDialog) -> None:
    said = [label.text() for label in dialog.findChildren(QLabel)]
    assert "Slidetray" in said
    assert f"Version {__version__}" in said
    assert about.SENTENCE in said
    assert any("MIT" in text for text in said)
    assert metadata.version("torch") in said
    assert not dialog.icon.pixmap().isNull()


def test_no_text_is_cut_off(dialog: AboutDialog) -> None:
    for label in dialog.findChildren(QLabel):
        if label.text():
            assert label.height() >= label.heightForWidth(label.width()), label.text()
            assert label.wordWrap() or label.width() >= label.sizeHint().width(), label.text()


def test_versions_are_those_installed() -> None:
    found = about.versions()
    assert found["Slidetray"] == __version__
    assert found["Python"] == ".".join(map(str, sys.version_info[:3]))
    assert found["PyTorch"] == metadata.version("torch")
    assert found["Qt for Python"] == metadata.version("PySide6-Essentials")
    assert set(about.PACKAGES.values()) <= set(found)


def test_a_package_that_is_missing_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(about, "PACKAGES", {"no-such-package-here": "Nothing"})
    assert [*about.versions()] == ["Slidetray", "Python", "System"]


def test_versions_are_copied(dialog: AboutDialog, qtbot: QtBot) -> None:
    QGuiApplication.clipboard().clear()
    qtbot.mouseClick(dialog.copy, Qt.MouseButton.LeftButton)
    copied = QGuiApplication.clipboard().text()
    assert f"Slidetray {__version__}" in copied.splitlines()
    assert f"PyTorch {metadata.version('torch')}" in copied.splitlines()
    assert dialog.copy.text() == "Copied"


def test_it_says_where_the_log_is(dialog: AboutDialog, logs: Path) -> None:
    assert log.folder() == logs
    assert dialog.log.text() == str(logs)
    assert dialog.log.toolTip() == str(logs)
    assert dialog.log.isReadOnly()
    assert dialog.log.cursorPosition() == 0
    assert not dialog.open_log.isEnabled()
    assert dialog.open_log.toolTip()


def test_the_log_s_folder_is_opened(logs: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    logs.mkdir(parents=True)
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    dialog = AboutDialog()
    qtbot.addWidget(dialog)
    qtbot.mouseClick(dialog.open_log, Qt.MouseButton.LeftButton)
    assert [Path(url.toLocalFile()) for url in opened] == [logs]


def test_it_works_by_keyboard(dialog: AboutDialog, qtbot: QtBot) -> None:
    assert dialog.close_button.hasFocus()
    seen = set()
    for _ in range(4):
        widget = dialog.focusWidget()
        seen.add(widget)
        qtbot.keyClick(widget, Qt.Key.Key_Tab)
    assert {dialog.log, dialog.copy, dialog.close_button} <= seen
    dialog.copy.setFocus()
    qtbot.keyClick(dialog.copy, Qt.Key.Key_Space)
    assert f"Slidetray {__version__}" in QGuiApplication.clipboard().text()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_enter_closes_it(dialog: AboutDialog, qtbot: QtBot) -> None:
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert not dialog.isVisible()


def test_nothing_heavy_is_loaded_for_it() -> None:
    code = (
        "import sys; from PySide6.QtWidgets import QApplication; app = QApplication([]);"
        "from gui.about import AboutDialog; d = AboutDialog(); print(d.text());"
        "print(*(n for n in ('torch', 'numpy', 'PIL', 'skimage') if n in sys.modules))"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip
    assert "PyTorch" in found.stdout
    assert not found.stdout.splitlines()[-1].strip()
