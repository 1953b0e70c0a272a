"""What stands on the pages of the demo? Frozen rows, read in one go; the templates only lay them out."""
