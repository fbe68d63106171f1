-- Which of these bytes an asset has.
-- :keys of bytes
SELECT content_key AS key FROM assets WHERE content_key = ANY (CAST(:keys AS text[]))
