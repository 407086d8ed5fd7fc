"""The only rooms that know Jupyter: player, knobs and bench."""
