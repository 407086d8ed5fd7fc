"""Filters: pure functions on films, and the spiking layers built on them."""
