"""Read Ghost's JSON exports."""
