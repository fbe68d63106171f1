-- How many rows of other sections the project has already.
SELECT kind, count(*) AS existing FROM settled
WHERE kind IN ('asset', 'language', 'localized_text', 'glossary_entry')
GROUP BY kind
