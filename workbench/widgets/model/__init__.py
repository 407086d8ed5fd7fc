"""What a model makes of the film, beside it."""
