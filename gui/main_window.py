"""The window: images, steps, preview, output.  Builds the regions and joins them; what they do is theirs.

`MainWindow()` opens by itself: without arguments, settings or an engine.  `begin` starts the engine.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QMainWindow, QMessageBox, QWidget

from core import recipe as recipes
from gui import theme
from gui.document import Document
from gui.keeping import Keeping
from gui.layout import Layout
from gui.looking import Looking
from gui.menus import Menus
from gui.output.check import CheckPanel
from gui.output.view import OutputPanel
from gui.preview.view import PreviewPanel
from gui.recipes import RecipeBar
from gui.run.view import RunPanel
from gui.running import Running
from gui.sources.drops import dropped_paths
from gui.sources.view import ImagesPanel
from gui.steps.view import StepsPanel

if TYPE_CHECKING:
    from core import looks
    from gui.controller import RunController

TITLE = "Slidetray"
ENDING = "ending"
"""A property of the application: the session ends, and nobody is there to be asked."""
FIRST_RECIPE = "microscopy-8bit"
RECIPE_FILES = f"Slidetray recipes (*{recipes.SUFFIX})"
MOST_RECENT = 12


class MainWindow(QMainWindow):
    """See the module."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(TITLE)
        self.setAcceptDrops(True)
        self.document = Document(self)
        self.document.restore_recipe(recipes.builtin()[FIRST_RECIPE], FIRST_RECIPE)
        self.controller: RunController | None = None
        self.keeping: Keeping | None = None
        self.theme_mode = "system"
        self.recent: list[str] = []
        self.dialog_folder = ""
        self._scan = 0
        self._inputs: list[str] = []
        self._help: QWidget | None = None

        self.bar = RecipeBar(self.document, self)
        self.images = ImagesPanel(self.document, self)
        self.steps = StepsPanel(self.document, self)
        self.preview = PreviewPanel(self)
        self.output = OutputPanel(self.document, self)
        self.checks = CheckPanel(self)
        self.run = RunPanel(self)
        self.run.hide()  # its parts stand in the layout
        self.looking = Looking(self.document, self.images, self.preview, self)
        self.running = Running(self.document, self.images, self.output, self.checks, self.run, self)
        self.arrangement = Layout(self)
        self.menus = Menus(self)

        self.bar.chosen.connect(self.choose_recipe)
        self.bar.open_wanted.connect(self.open_recipe)
        self.bar.save_wanted.connect(self.save_recipe)
        self.bar.theme_wanted.connect(self.use_theme)
        self.document.images_changed.connect(self.rescan)
        self.document.recipe_changed.connect(self._changed)
        self.images.look_at.connect(self._example)
        self.images.count_changed.connect(self._changed)
        self.checks.look_at.connect(self.images.select_path)
        self.run.look_at.connect(self.images.select_path)
        self.running.readiness.connect(self._changed)
        self.running.began.connect(self._run_began)
        self.running.ended.connect(self._run_ended)
        # Qt deletes children in order: what the regions listen to goes last.
        self.document.setParent(None)
        self.document.setParent(self)
        self.images.list.setFocus()  # not the recipe, which an arrow key would change
        self.running.changed()
        self._changed()

    # -- the engine --------------------------------------------------------------------------------------------

    def begin(self, controller: RunController | None = None) -> None:
        """Start the engine; called once the window has been painted."""
        if self.controller is not None:
            return
        from gui.controller import RunController  # with the engine's client: not before the first paint

        self.controller = controller or RunController(self)
        self.controller.scanned.connect(self._take_scanned)
        self.controller.thumbnail.connect(self.images.take_thumbnail)
        self.controller.died.connect(self._engine_died)
        self.images.thumbnails_wanted.connect(self.controller.thumbnails)
        self.looking.use(self.controller)
        self.running.use(self.controller)
        self.controller.start()
        self.rescan()

    def _engine_died(self, sentence: str, was_running: bool) -> None:
        if not was_running:
            self.statusBar().showMessage(sentence, 15_000)
        self.images.ask_thumbnails_again()
        self.looking.renew()
        self.running.changed()
        self._changed()
        if self.running.scanning:
            self.rescan(anew=True)

    # -- images ------------------------------------------------------------------------------------------------

    def rescan(self, *, anew: bool = False) -> None:
        """List the inputs where they changed, or `anew`."""
        if self.controller is None:
            return
        inputs = list(self.document.images.inputs)
        if not anew and inputs == self._inputs:
            self.running.changed()  # single images were taken out: the list itself is the same
            return
        self._inputs = inputs
        self.running.scanning = bool(inputs)
        self.images.scan_started()
        self._scan = self.controller.scan(inputs) if inputs else 0
        if inputs and self.controller.given_up:
            from core import looks  # not before the first paint

            self._take_scanned(looks.Scanned(number=self._scan, seen=0, over=True, problem=self.controller.given_up))
        self.running.changed()

    def _take_scanned(self, scanned: looks.Scanned) -> None:
        if scanned.number != self._scan:
            return
        self.images.take_scanned(scanned)
        if scanned.over:
            self.running.scanning = False
            self.running.changed()
            self._changed()

    def _example(self, path: str) -> None:
        index, total = self.images.position()
        self.output.set_example_source(path, index, total)

    def open_instead(self, paths: Iterable[str]) -> None:
        """Load what was named at the start; images take the place of those of the last time."""
        paths = list(paths)
        if any(not path.lower().endswith(recipes.SUFFIX) for path in paths):
            self.document.clear_images()
            self.document.set_output("")
        self.open_paths(paths)

    def open_paths(self, paths: Iterable[str]) -> None:
        """Load what was dropped or named: a recipe is chosen, everything else is added."""
        images = []
        for path in paths:
            if path.lower().endswith(recipes.SUFFIX):
                self.choose_recipe(path)
            else:
                images.append(path)
        if images:
            self.document.add_inputs(images)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Anything that lies on this machine can be dropped anywhere."""
        if dropped_paths(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Load it."""
        event.acceptProposedAction()
        self.open_paths(dropped_paths(event.mimeData()))

    # -- recipes -----------------------------------------------------------------------------------------------

    def choose_recipe(self, name: str) -> None:
        """Take a built-in recipe, or one from a file; what was edited before is one undo away."""
        try:
            found = recipes.load(name)
        except recipes.RecipeError as error:
            self.bar.refresh()
            self._tell("The recipe can't be opened", str(error))
            return
        if name not in recipes.builtin():
            name = str(Path(name).absolute())
            self._remember(name)
        self.document.load(found, name)

    def new_recipe(self) -> None:
        """Begin with no steps."""
        self.document.load(recipes.decode(b'{"version": 1, "name": "New recipe"}'), "")

    def open_recipe(self) -> None:
        """Ask for a file."""
        path, _ = QFileDialog.getOpenFileName(self, "Open a recipe", self.dialog_folder, RECIPE_FILES)
        if path:
            self.choose_recipe(path)

    def save_recipe(self) -> None:
        """Save where it came from, or ask."""
        origin = self.document.origin
        if not origin or origin in recipes.builtin():
            self.save_recipe_as()
        else:
            self._save_to(Path(origin))

    def save_recipe_as(self) -> None:
        """Ask for a name, and save."""
        draft = self.document.draft
        start = str(Path(self.dialog_folder or Path.home(), f"{draft.name}{recipes.SUFFIX}"))
        path, _ = QFileDialog.getSaveFileName(self, "Save the recipe", start, RECIPE_FILES)
        if path:
            self._save_to(Path(path if path.endswith(recipes.SUFFIX) else path + recipes.SUFFIX))

    def _save_to(self, path: Path) -> None:
        error = self.document.save(path)
        if error:
            self._tell("The recipe can't be saved", error)
            return
        self._remember(str(path.absolute()))

    def _remember(self, path: str) -> None:
        self.dialog_folder = str(Path(path).parent)
        self.recent = [path, *(one for one in self.recent if one != path)][:MOST_RECENT]
        self.bar.set_recent(self.recent)

    # -- state -------------------------------------------------------------------------------------------------

    def _changed(self, *_: object) -> None:
        document = self.document
        mark = "*" if document.edited else ""
        self.setWindowTitle(f"{document.draft.name}{mark} \N{EN DASH} {TITLE}")
        self.menus.refresh(running=self.running.active, reason=self.running.reason())

    def _run_began(self) -> None:
        self.arrangement.show_run()
        self._changed()

    def _run_ended(self, sentence: str) -> None:
        self._changed()
        if not self.isActiveWindow():
            QApplication.alert(self)
            self.setWindowTitle(f"{sentence} \N{EN DASH} {TITLE}")

    def use_theme(self, mode: str) -> None:
        """Light, dark, or as the system."""
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        self.theme_mode = mode
        theme.apply(app, mode)
        self.menus.actions[f"theme_{mode}"].setChecked(True)
        if self.keeping is not None:
            self.keeping.soon()

    def show_help(self, page: str = "") -> None:
        """Help, at the selected step where the hands are on it."""
        from gui.help import HelpWindow

        if self._help is None:
            self._help = HelpWindow(self)
            self._help.set_shortcuts(self.menus.shortcuts())
        assert isinstance(self._help, HelpWindow)
        focused = self.focusWidget()
        at_steps = focused is not None and self.steps.isAncestorOf(focused)
        step = self.document.step(self.steps.selected()) if at_steps else None
        if step is not None:
            self._help.show_step(step.tag)
        self._help.show()
        self._help.raise_()
        self._help.activateWindow()

    def show_about(self) -> None:
        """Name, versions, licence."""
        from gui.about import AboutDialog

        about = AboutDialog(self)
        about.exec()
        about.deleteLater()

    def _tell(self, title: str, sentence: str) -> None:
        box = QMessageBox(QMessageBox.Icon.Warning, title, sentence, QMessageBox.StandardButton.Ok, self)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setWindowModality(Qt.WindowModality.WindowModal)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()

    # -- the end -----------------------------------------------------------------------------------------------

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask once while a run is under way; then end everything."""
        if self.running.active and not self._is_ending() and not self._may_stop():
            event.ignore()
            return
        if self.keeping is not None:
            self.keeping.now()
        if self._help is not None:
            self._help.close()
        if self.controller is not None:
            self.controller.shutdown()
        event.accept()

    def _is_ending(self) -> bool:
        app = QApplication.instance()
        return app is not None and bool(app.property(ENDING))

    def _may_stop(self) -> bool:
        box = QMessageBox(self)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(TITLE)
        box.setText("The run is not finished.")
        box.setInformativeText("Finished images are whole and stay. The rest is not made.")
        stop = box.addButton("Stop and close", QMessageBox.ButtonRole.AcceptRole)
        keep = box.addButton("Keep running", QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(keep)
        box.setEscapeButton(keep)
        box.exec()
        return box.clickedButton() is stop
