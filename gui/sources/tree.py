"""The folders that images came with, and how many lie in each."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Container, Mapping, Sequence

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QBrush
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from core import words
from gui import theme
from gui.notice import tooltip
from gui.sources.model import SINGLE, Key

_KEY = Qt.ItemDataRole.UserRole + 1
_PLACE = Qt.ItemDataRole.UserRole + 2
_OPEN_AT_FIRST = 12
"""A single input with at most so many folders is shown open."""
_ENOUGH_ROWS = 100
"""More than any window shows at once."""


class Node:
    """A folder with the number of images in it and below."""

    def __init__(self) -> None:
        self.count = 0
        self.folders: dict[str, Node] = {}


def grow(counts: Mapping[Key, int]) -> dict[int, Node]:
    """Folders under each root, from the number of images directly in each."""
    roots: dict[int, Node] = {}
    for (root, inner), count in counts.items():
        if not count:
            continue
        node = roots.setdefault(root, Node())
        node.count += count
        for part in inner.split("/") if inner else []:
            node = node.folders.setdefault(part, Node())
            node.count += count
    return roots


class FolderTree(QTreeWidget):
    """One row for all images, then each input with its folders; children are made when they are opened."""

    folder_chosen = Signal(object)
    """The folder's `Key`, or None for all images."""
    resized = Signal()
    """It needs another height."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._roots: dict[int, Node] = {}
        self._tops: tuple[str, ...] = ()
        self._namesakes: Counter[str] = Counter()
        self._total = 0
        self.setAccessibleName("Folders")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setColumnCount(2)
        self.setHeaderHidden(True)
        self.setUniformRowHeights(True)
        self.setIndentation(16)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setAllColumnsShowFocus(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.viewport().setAutoFillBackground(False)
        self.header().setStretchLastSection(False)
        self.header().setMinimumSectionSize(16)
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.currentItemChanged.connect(self._tell)
        self.itemExpanded.connect(self._opened)
        self.itemCollapsed.connect(self.resized)
        theme.notifier.changed.connect(self._draw_again)

    def show_folders(self, tops: Sequence[str], counts: Mapping[Key, int], single: Container[int] = ()) -> None:
        """Show these inputs (in the order that `Key` counts) with this many images directly in each folder.

        Those in `single` are images themselves.
        """
        chosen = self.chosen_among(tops)
        was_chosen = self.chosen() is not None
        known, opened = self._state()
        self._tops = tuple(tops)
        self._namesakes = Counter(map(os.path.basename, self._tops))
        self._roots = grow(counts)
        self._total = sum(node.count for node in self._roots.values())
        for root, top in enumerate(self._tops):
            # One that brought nothing can be taken out too; files that are no images are told of in words.
            if root not in self._roots and root not in single and not os.path.isfile(top):
                self._roots[root] = Node()
        self._draw(chosen, known, opened)
        if was_chosen and self.chosen() is None:
            self.folder_chosen.emit(None)

    @property
    def worth_showing(self) -> bool:
        """Whether there is anything to choose between."""
        return len(self._roots) > 1 or any(node.folders for node in self._roots.values())

    def chosen(self) -> Key | None:
        """The folder that is selected, None for all images."""
        item = self.currentItem()
        key: Key | None = item.data(0, _KEY) if item else None
        return key

    def chosen_among(self, tops: Sequence[str]) -> Key | None:
        """The folder that is selected, for inputs that are counted like this; None where its input is not there."""
        key = self.chosen()
        if key is None or key[0] == SINGLE:
            return key
        top = self._tops[key[0]]
        return (list(tops).index(top), key[1]) if top in tops else None

    def choose(self, key: Key | None) -> None:
        """Select a folder; all images where it isn't there."""
        item = self._find(key) or self.topLevelItem(0)
        if item is not None:
            self.setCurrentItem(item)

    def title(self, key: Key | None) -> str:
        """What a folder is called here."""
        if key is None:
            return "All images"
        root, inner = key
        if inner:
            return inner.rpartition("/")[2]
        if root == SINGLE:
            return "Single files"
        name = os.path.basename(self._tops[root]) or self._tops[root]
        if self._namesakes[name] > 1:
            return os.path.join(os.path.basename(os.path.dirname(self._tops[root])), name)
        return name

    def place(self, key: Key) -> str:
        """The folder's path, "" for single files."""
        root, inner = key
        return os.path.join(self._tops[root], *inner.split("/")) if root != SINGLE and inner else self._top(root)

    def content_height(self) -> int:
        """What all rows that are open need."""
        rows, item = 0, self.topLevelItem(0)
        while item is not None and rows < _ENOUGH_ROWS:
            rows += 1
            item = self.itemBelow(item)
        return rows * self.sizeHintForRow(0)

    def sizeHint(self) -> QSize:
        """As high as it needs."""
        return QSize(super().sizeHint().width(), self.content_height())

    # -- inside ----------------------------------------------------------------------------------------------

    def _top(self, root: int) -> str:
        return self._tops[root] if root != SINGLE else ""

    @Slot()
    def _draw_again(self) -> None:
        self._draw(self.chosen(), *self._state())

    def _draw(self, chosen: Key | None, known: set[str], opened: set[str]) -> None:
        """Make the rows; of the folders that were `known` those stay open that were `opened`."""
        self.blockSignals(True)
        self.clear()
        every = self._item(None, self._total, has_folders=False)
        self.addTopLevelItem(every)
        for root in sorted(self._roots, key=lambda root: (root == SINGLE, root)):
            node = self._roots[root]
            item = self._item((root, ""), node.count, has_folders=bool(node.folders))
            self.addTopLevelItem(item)
            top = self._top(root)
            few = len(self._roots) == 1 and len(node.folders) <= _OPEN_AT_FIRST
            if node.folders and ((top in opened) if top in known else few):
                self._open(item, opened)
        self.setCurrentItem(self._find(chosen) or every)
        self.blockSignals(False)
        self.resized.emit()

    def _state(self) -> tuple[set[str], set[str]]:
        """The paths of the inputs that are shown, and of the folders that are open."""
        known: set[str] = set()
        opened: set[str] = set()
        waiting = [self.topLevelItem(at) for at in range(self.topLevelItemCount())]
        for item in waiting:
            key = item.data(0, _KEY) if item else None
            if item is None or key is None:
                continue
            place = item.data(0, _PLACE)
            known.add(place)
            if item.isExpanded():
                opened.add(place)
                waiting.extend(item.child(at) for at in range(item.childCount()))
        return known, opened

    def _item(self, key: Key | None, count: int, *, has_folders: bool) -> QTreeWidgetItem:
        item = QTreeWidgetItem([self.title(key), words.thousands(count)])
        item.setData(0, _KEY, key)
        place = self.place(key) if key else ""
        item.setData(0, _PLACE, place)
        item.setToolTip(0, tooltip(place or self.title(key)))
        item.setSizeHint(0, QSize(0, max(24, self.fontMetrics().height() + 4)))
        item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        item.setForeground(1, QBrush(theme.color("muted")))
        item.setData(0, Qt.ItemDataRole.AccessibleTextRole, f"{self.title(key)}, {words.count(count, 'image')}")
        if has_folders:
            item.setChildIndicatorPolicy(QTreeWidgetItem.ChildIndicatorPolicy.ShowIndicator)
        return item

    def _node(self, key: Key) -> Node:
        node = self._roots[key[0]]
        for part in key[1].split("/") if key[1] else []:
            node = node.folders[part]
        return node

    def _fill(self, item: QTreeWidgetItem) -> None:
        """Make the rows under an item, once."""
        root, inner = item.data(0, _KEY)
        if not item.childCount():
            rows = [
                self._item((root, f"{inner}/{name}" if inner else name), node.count, has_folders=bool(node.folders))
                for name, node in self._node((root, inner)).folders.items()
            ]
            item.addChildren(rows)

    def _open(self, item: QTreeWidgetItem, opened: set[str]) -> None:
        self._fill(item)
        item.setExpanded(True)
        for at in range(item.childCount()):
            child = item.child(at)
            if child is not None and child.data(0, _PLACE) in opened:
                self._open(child, opened)

    def _find(self, key: Key | None) -> QTreeWidgetItem | None:
        """The row of a folder; folders above it are opened."""
        if key is None:
            return self.topLevelItem(0)
        for at in range(1, self.topLevelItemCount()):
            item = self.topLevelItem(at)
            while item is not None and item.data(0, _KEY) != key:
                root, inner = item.data(0, _KEY)
                if root != key[0] or (inner and not key[1].startswith(f"{inner}/")):
                    item = None
                    break
                self._fill(item)
                children = [item.child(number) for number in range(item.childCount())]
                item = next((c for c in children if c and f"{key[1]}/".startswith(f"{c.data(0, _KEY)[1]}/")), None)
            if item is not None:
                return item
        return None

    @Slot()
    def _tell(self) -> None:
        self.folder_chosen.emit(self.chosen())

    @Slot(QTreeWidgetItem)
    def _opened(self, item: QTreeWidgetItem) -> None:
        self._fill(item)
        self.resized.emit()
