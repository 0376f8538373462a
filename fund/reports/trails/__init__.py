"""The log, told: timelines, search, and who looked at whom."""
