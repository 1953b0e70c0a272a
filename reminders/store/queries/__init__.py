"""What do pages need to know? Plain selects that return small frozen rows."""
