-- How many comments there are in each state: the author sees it on every page, and counting would grow with them.
INSERT INTO totals (name, total)
SELECT 'comments:' || state, count(*) FROM comments WHERE true GROUP BY state
ON CONFLICT (name) DO UPDATE SET total = excluded.total;
