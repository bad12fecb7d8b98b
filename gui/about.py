"""What the program is, and the versions that a question about it should name."""

from __future__ import annotations

import contextlib
import platform
from importlib import metadata

from PySide6.QtCore import QSize, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from core import __version__
from gui import dress, theme

SENTENCE = "Runs a chain of image steps over whole folders, on every core, and loses nothing."
ICON = 64
PACKAGES = {
    "PySide6-Essentials": "Qt for Python",
    "torch": "PyTorch",
    "torchvision": "torchvision",
    "numpy": "NumPy",
    "pillow": "Pillow",
    "tifffile": "tifffile",
    "imagecodecs": "imagecodecs",
    "simplejpeg": "simplejpeg",
    "scikit-image": "scikit-image",
}
"""What takes part in making an image or showing the window, by the name it is installed under."""


def versions() -> dict[str, str]:
    """The version of everything that takes part, read without loading any of it."""
    found = {"Slidetray": __version__, "Python": platform.python_version()}
    for package, title in PACKAGES.items():
        with contextlib.suppress(metadata.PackageNotFoundError):  # the frozen program has less inside
            found[title] = metadata.version(package)
    found["System"] = f"{platform.system()} {platform.release()}, {platform.machine()}"
    return found


class AboutDialog(QDialog):
    """Name, version, licence, what is inside, and where the log is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        from core.engine import log

        self.setWindowTitle("About Slidetray")
        self._versions = versions()
        self._log = log.folder()

        self.icon = QLabel()
        self.icon.setPixmap(theme.app_icon().pixmap(QSize(ICON, ICON), self.devicePixelRatioF()))
        self.icon.setAccessibleName("Slidetray's icon")
        name = QLabel("Slidetray")
        name.setFont(theme.heading_font(self.font()))
        self.version = QLabel(f"Version {__version__}")
        sentence = QLabel(SENTENCE)
        sentence.setWordWrap(True)
        licence = QLabel("Free software under the MIT licence.")
        words = QVBoxLayout()
        words.setSpacing(theme.GRID // 2)
        for label in (name, self.version, sentence, licence):
            words.addWidget(label)
        words.addStretch()
        top = QHBoxLayout()
        top.setSpacing(2 * theme.GRID)
        top.addWidget(self.icon, 0, Qt.AlignmentFlag.AlignTop)
        top.addLayout(words, 1)

        titles: list[QLabel] = []
        inside = QFormLayout()
        inside.setHorizontalSpacing(3 * theme.GRID)
        inside.setVerticalSpacing(theme.GRID // 2)
        for title, number in self._versions.items():
            if title != "Slidetray":
                value = QLabel(number)
                value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
                titles.append(QLabel(title))
                inside.addRow(titles[-1], value)
        heading = QLabel("Made with")
        heading.setFont(theme.heading_font(self.font()))

        self.log = QLineEdit(str(self._log))
        self.log.setReadOnly(True)
        self.log.setCursorPosition(0)
        self.log.setToolTip(str(self._log))
        self.log.setAccessibleName("Folder of the log")
        log_title = QLabel("&Log")
        log_title.setBuddy(self.log)
        self.open_log = QPushButton("Open folder")
        self.open_log.setAccessibleName("Open the folder of the log")
        self.open_log.setEnabled(self._log.is_dir())
        if not self._log.is_dir():
            self.open_log.setToolTip("Nothing was written into the log so far.")
        where = QHBoxLayout()
        where.setSpacing(theme.GRID)
        where.addWidget(log_title)
        where.addWidget(self.log, 1)
        where.addWidget(self.open_log)

        self.copy = QPushButton("Copy versions")
        self.copy.setToolTip("Copies the versions of everything listed here, to go with a question.")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.addButton(self.copy, QDialogButtonBox.ButtonRole.ActionRole)
        self.close_button = buttons.button(QDialogButtonBox.StandardButton.Close)
        self.close_button.setDefault(True)

        whole = QVBoxLayout(self)
        whole.setContentsMargins(*[3 * theme.GRID] * 4)
        whole.setSpacing(2 * theme.GRID)
        whole.addLayout(top)
        whole.addWidget(heading)
        whole.addLayout(inside)
        whole.addLayout(where)
        whole.addWidget(buttons)
        self.setMinimumWidth(480)
        for before, after in ((self.log, self.open_log), (self.open_log, self.copy), (self.copy, self.close_button)):
            self.setTabOrder(before, after)
        self.close_button.setFocus()

        buttons.rejected.connect(self.reject)
        self.copy.clicked.connect(self.copy_versions)
        self.open_log.clicked.connect(self.open_log_folder)
        for label in (self.version, *titles):
            dress.ink(label, "muted")

    def text(self) -> str:
        """The versions as lines of text."""
        return "\n".join(f"{title} {number}" for title, number in self._versions.items())

    @Slot()
    def copy_versions(self) -> None:
        """Put the versions on the clipboard."""
        QGuiApplication.clipboard().setText(self.text())
        self.copy.setText("Copied")

    @Slot()
    def open_log_folder(self) -> None:
        """Show the folder of the log in the system's file manager."""
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._log)))
