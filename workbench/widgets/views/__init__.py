"""Views that follow the film: histogram, mean and range, traces, slice, power."""
