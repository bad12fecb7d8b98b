"""How the pages of the help are set: our text sizes, space between things, tables without boxes."""

from __future__ import annotations

from PySide6.QtGui import (
    QBrush,
    QFont,
    QFontDatabase,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextFrameFormat,
    QTextLength,
    QTextTable,
)

from gui import theme

SETTINGS = (20, 24, 18, 38)
"""Widths of the columns of settings, per cent of the page: the same for all steps of a page."""


def dress(document: QTextDocument, base: QFont) -> None:
    """Give a document that was made from Markdown the program's look."""
    _blocks(document, base)
    for frame in document.rootFrame().childFrames():
        if isinstance(frame, QTextTable):
            _table(frame, base)


def _blocks(document: QTextDocument, base: QFont) -> None:
    block = document.begin()
    first = True
    while block.isValid():
        cursor = QTextCursor(block)
        cursor.select(QTextCursor.SelectionType.BlockUnderCursor)
        shape = QTextBlockFormat()
        shape.setLineHeight(125, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        level = block.blockFormat().headingLevel()
        if level:
            look = QTextCharFormat()
            # A heading's own size adds to the font's otherwise.
            look.setProperty(QTextFormat.Property.FontSizeAdjustment, 0)
            look.setFont(theme.heading_font(base))
            if level > 1:
                look.setFontPointSize(base.pointSizeF())
            cursor.setCharFormat(look)
            shape.setTopMargin(0 if first else 3 * theme.GRID)
            shape.setBottomMargin(theme.GRID / 2)
        elif block.textList() is not None:
            shape.setTopMargin(theme.GRID / 2)
            shape.setBottomMargin(theme.GRID / 2)
        else:
            shape.setTopMargin(theme.GRID)
            shape.setBottomMargin(theme.GRID)
        QTextCursor(block).mergeBlockFormat(shape)
        _code(document, block.position())
        first = False
        block = block.next()


def _code(document: QTextDocument, position: int) -> None:
    """Code keeps its fixed width in a size that suits the text around it."""
    family = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()
    pieces = []
    pointer = document.findBlock(position).begin()
    while not pointer.atEnd():
        piece = pointer.fragment()
        if piece.isValid() and piece.charFormat().fontFixedPitch():
            pieces.append((piece.position(), piece.length()))
        pointer += 1
    for begin, length in pieces:
        cursor = QTextCursor(document)
        cursor.setPosition(begin)
        cursor.setPosition(begin + length, QTextCursor.MoveMode.KeepAnchor)
        look = QTextCharFormat()
        look.setFontFamilies([family])
        look.setFontPointSize(theme.small_font(document.defaultFont()).pointSizeF())
        cursor.mergeCharFormat(look)


def _table(table: QTextTable, base: QFont) -> None:
    shape = table.format()
    shape.setBorder(0)
    shape.setCellSpacing(0)
    shape.setCellPadding(theme.GRID / 2)
    shape.setTopMargin(theme.GRID)
    shape.setBottomMargin(theme.GRID)
    shape.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
    if table.columns() == len(SETTINGS):
        shape.setColumnWidthConstraints([QTextLength(QTextLength.Type.PercentageLength, share) for share in SETTINGS])
    table.setFormat(shape)
    line = QBrush(theme.color("line"))
    for row in range(table.rows()):
        for column in range(table.columns()):
            cell = table.cellAt(row, column)
            look = cell.format().toTableCellFormat()
            look.setBottomBorder(1)
            look.setBottomBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
            look.setBottomBorderBrush(line)
            cell.setFormat(look)
            block = cell.firstCursorPosition().block()
            tight = QTextBlockFormat()
            tight.setTopMargin(0)
            tight.setBottomMargin(0)
            QTextCursor(block).mergeBlockFormat(tight)
            if row == 0:
                cursor = cell.firstCursorPosition()
                cursor.setPosition(cell.lastPosition(), QTextCursor.MoveMode.KeepAnchor)
                head = QTextCharFormat()
                head.setFontWeight(QFont.Weight.Normal)
                head.setForeground(theme.color("muted"))
                head.setFontPointSize(theme.small_font(base).pointSizeF())
                cursor.mergeCharFormat(head)
