"""One file per activity: get, decide, and return what is to be written."""
