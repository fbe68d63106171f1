-- Nothing is said of rows that are not stored, but that a source language differs.
DELETE FROM findings USING settled
WHERE settled.ordinal = findings.ordinal AND settled.action <> 'update' AND findings.field IS DISTINCT FROM 'is_source'
