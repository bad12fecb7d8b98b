"""The few things that a palette can't say, as a style sheet.

Fusion draws the edges of its tick boxes darker than the window, which nobody sees in the dark theme; its scroll bars
and progress bars look of another age.  Everything else is the palette's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping


def sheet(colours: Mapping[str, str], icons: str) -> str:
    """The program's style sheet in these colours; `icons` is the folder of the icons, with forward slashes."""
    return re.sub(r"@(\w+)", lambda found: icons if found[1] == "icons" else colours[found[1]], _SHEET)


_SHEET = """
QToolTip { color: @on_tip; background: @tip; border: 1px solid @line; padding: 4px; }

QSplitter::handle { background: @line; }
QSplitter::handle:horizontal { width: 1px; margin: 0 4px; }
QSplitter::handle:vertical { height: 4px; margin: 4px 0 0; background: transparent; border-top: 1px solid @line; }
QSplitter::handle:horizontal:hover, QSplitter::handle:horizontal:pressed { background: @accent; }
QSplitter::handle:vertical:hover, QSplitter::handle:vertical:pressed { border-top-color: @accent; }

QAbstractItemView, QToolButton, QCheckBox, QRadioButton { outline: 1px solid @accent; }
QAbstractItemView { border: none; selection-color: @on_selected; selection-background-color: @selected; }
QHeaderView { background: @window; }
QHeaderView::section {
  color: @muted; background: @window; border: none; border-bottom: 1px solid @line; padding: 4px 8px;
}

QCheckBox::indicator, QAbstractItemView::indicator, QGroupBox::indicator {
  width: 14px; height: 14px; border: 1px solid @edge; border-radius: 3px; background: @base;
}
QCheckBox::indicator:hover, QAbstractItemView::indicator:hover { border-color: @accent; }
QCheckBox::indicator:checked, QAbstractItemView::indicator:checked, QGroupBox::indicator:checked {
  border-color: @accent; background: @selected; image: url("@icons/mark-checked.svg");
}
QCheckBox::indicator:indeterminate, QAbstractItemView::indicator:indeterminate {
  border-color: @accent; background: @selected; image: url("@icons/mark-partly.svg");
}
QAbstractItemView::indicator:checked:selected { border-color: @on_selected; }
QCheckBox::indicator:disabled, QAbstractItemView::indicator:disabled, QGroupBox::indicator:disabled {
  border-color: @line; background: @window;
}
QCheckBox::indicator:checked:disabled, QAbstractItemView::indicator:checked:disabled { background: @disabled; }
QRadioButton::indicator {
  width: 14px; height: 14px; border: 1px solid @edge; border-radius: 8px; background: @base;
}
QRadioButton::indicator:hover { border-color: @accent; }
QRadioButton::indicator:checked {
  width: 6px; height: 6px; border: 5px solid @accent; background: @on_accent;
}
QRadioButton::indicator:disabled { border-color: @line; background: @window; }
QRadioButton::indicator:checked:disabled { border-color: @disabled; }
QCheckBox::indicator:focus, QCheckBox::indicator:checked:focus, QGroupBox::indicator:focus { border-color: @ring; }
QRadioButton::indicator:unchecked:focus { border-color: @ring; }

QScrollBar { background: transparent; border: none; margin: 0; }
QScrollBar:vertical { width: 12px; }
QScrollBar:horizontal { height: 12px; }
QScrollBar::handle { background: @thumb; border-radius: 4px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover, QScrollBar::handle:pressed { background: @edge; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; border: none; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QProgressBar { border: none; border-radius: 4px; background: @line; color: transparent; max-height: 8px; }
QProgressBar::chunk { background: @accent; border-radius: 4px; }

QPushButton[primary="true"] {
  color: @on_accent; background: @accent; border: 2px solid @accent; border-radius: 4px;
  padding: 4px 20px; font-weight: 600; outline: none;
}
QPushButton[primary="true"]:hover { background: @accent_hover; border-color: @accent_hover; }
QPushButton[primary="true"]:pressed { background: @accent_down; border-color: @accent_down; }
QPushButton[primary="true"]:focus { border-color: @ring; }
QPushButton[primary="true"]:disabled {
  color: @disabled; background: @window; border: 1px solid @line; padding: 5px 21px;
}
"""
