-- Which process does the work that one at a time does: a single row, with its holder and until when it holds.
CREATE TABLE chores (
  name TEXT PRIMARY KEY,
  holder TEXT NOT NULL,
  leased_until TEXT NOT NULL
);
