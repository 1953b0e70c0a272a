"""What stands on the pages of the demo? Frozen rows; the templates only lay them out."""
