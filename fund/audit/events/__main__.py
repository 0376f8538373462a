"""Print docs/events.md as it should stand."""

import sys

from fund.audit.events.page import page

if __name__ == "__main__":
    sys.stdout.write(page())
