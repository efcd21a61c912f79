-- The words of what is public, by the number of the post. The names are those that SQLite gives.
CREATE TABLE post_search (
  rowid BIGINT PRIMARY KEY,
  words TSVECTOR NOT NULL
);
CREATE INDEX post_search_by_word ON post_search USING gin (words);
