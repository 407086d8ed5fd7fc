"""One file format a module, reader and writer side by side."""
