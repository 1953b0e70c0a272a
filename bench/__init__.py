"""What does the service do under load and misfortune? Benches, run by hand; see each module."""
