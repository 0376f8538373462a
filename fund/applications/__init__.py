"""Education and vocational applications: drafts, budget lines, rounds."""
