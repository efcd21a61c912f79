-- The words of what is public, by the number of the post.
CREATE VIRTUAL TABLE post_search USING fts5 (words, tokenize = 'unicode61 remove_diacritics 0');
