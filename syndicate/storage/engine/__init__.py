"""The two database engines, SQLite and PostgreSQL, behind one interface; and migrations."""
