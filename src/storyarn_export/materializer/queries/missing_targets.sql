-- What hidden references refer to and is not in the file.
SELECT DISTINCT reference.target, reference.old_id FROM staged_references AS reference
WHERE NOT EXISTS (SELECT FROM ids WHERE kind = reference.target AND old_id = reference.old_id)
