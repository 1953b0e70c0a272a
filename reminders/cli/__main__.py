"""`python -m reminders.cli`: what it answers goes to standard output, what it logs beside it."""

import sys

import structlog

from reminders.cli import main

structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
main()
