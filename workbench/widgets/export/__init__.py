"""Frames out of the bench: into files, the page, the notebook."""
