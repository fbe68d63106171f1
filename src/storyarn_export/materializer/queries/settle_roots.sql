-- Roots that make no new row.
INSERT INTO settled (kind, ordinal, old_id, existing_id, action)
SELECT kind, ordinal, old_id, CASE WHEN first_ordinal = ordinal THEN existing_id END, action
FROM roots WHERE action <> 'create'
