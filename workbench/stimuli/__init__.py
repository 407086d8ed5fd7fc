"""One family of stimuli a module."""
