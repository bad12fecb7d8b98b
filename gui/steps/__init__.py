"""The steps of the recipe in progress: the list, the menu to add from, and the form of the one that is selected."""
