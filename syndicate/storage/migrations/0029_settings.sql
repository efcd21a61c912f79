-- What the author has set at the desk: `name` is `section.key`, `value` JSON.

CREATE TABLE settings (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
);
