"""What the service keeps: typed rows, their verbs, and the reads for pages."""
