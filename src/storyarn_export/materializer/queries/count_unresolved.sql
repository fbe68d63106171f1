-- How many references were emptied.
SELECT count(*) FROM findings WHERE code = 'unresolved'
