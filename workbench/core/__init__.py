"""Ground floor: blocks, streams, knobs, randomness, recipes, pixels and errors; knows no other room."""
