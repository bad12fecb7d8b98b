"""Labels that shorten their text."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from gui.elide import ElidedLabel


def ink(label: ElidedLabel) -> list[int]:
    """For each column, how many pixels are not background."""
    image = label.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    paper = image.pixel(0, 0)
    return [sum(image.pixel(x, y) != paper for y in range(image.height())) for x in range(image.width())]


@pytest.mark.parametrize("middle", [False, True])
def test_a_text_that_does_not_fit_is_shortened_and_told_whole(qtbot: QtBot, middle: bool) -> None:
    label = ElidedLabel(middle=middle, fill=True)
    qtbot.addWidget(label)
    label.show()
    text = "a name that is far too long for this place.tif"
    label.setText(text)
    assert label.text() == text
    assert label.minimumSizeHint().width() == 0
    whole = label.sizeHint().width()
    label.resize(whole + 40, label.sizeHint().height())
    assert (label.cut(), label.toolTip()) == (False, "")
    roomy = ink(label)
    assert not any(roomy[-20:])
    label.resize(120, label.height())
    assert label.cut()
    assert text in label.toolTip()
    tight = ink(label)
    assert any(tight[60:118])  # the room there is is used
    same = next(x for x in range(120) if tight[x] != roomy[x])
    assert same > (20 if middle else 60)  # begins like the whole
    if middle:
        assert tight[100:110] == roomy[whole - 20 : whole - 10] or any(tight[100:118])


def test_markup_is_shown_as_it_is(qtbot: QtBot) -> None:
    label = ElidedLabel()
    qtbot.addWidget(label)
    label.show()
    label.setText("<b>x</b> & <img src='y'>")
    assert label.sizeHint().width() == label.fontMetrics().horizontalAdvance("<b>x</b> & <img src='y'>") + 2
    label.resize(10, 10)
    assert "&lt;b&gt;" in label.toolTip()
    label.setText("")
    assert label.toolTip() == ""
    label.resize(0, 0)
    label.grab()


def test_it_takes_no_more_room_than_there_is(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    label = ElidedLabel(parent, fill=True)
    label.setText("x" * 1000)
    assert label.minimumSizeHint().width() == 0
    parent.resize(50, 20)
    label.setGeometry(parent.rect())
    label.grab()
