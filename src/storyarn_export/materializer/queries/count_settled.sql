-- Staged rows that made no new row, by kind and by what became of them.
SELECT kind, action, count(*) AS rows FROM settled GROUP BY kind, action
