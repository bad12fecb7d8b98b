"""The images region: what was added, its folders, and the list with small pictures."""
