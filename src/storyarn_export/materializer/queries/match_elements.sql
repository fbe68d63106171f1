-- Elements of screenplays that both sides have: equal in type, content and data, in the order of their ids.
WITH
found AS (
    SELECT true AS is_staged, row.ordinal AS number, root.existing_id AS screenplay_id, row.type,
        CASE WHEN content.ordinal IS NULL THEN row.content ELSE format(row.content, VARIADIC content.arguments) END AS content,
        CASE WHEN data.ordinal IS NULL THEN row.data ELSE format(row.data, VARIADIC data.arguments) END::jsonb AS data
    FROM staged_screenplay_elements AS row
    JOIN roots AS root ON root.ordinal = row.parent AND root.existing_id IS NOT NULL AND root.first_ordinal = root.ordinal
    LEFT JOIN filled AS content ON content.ordinal = row.ordinal AND content.field = 'content'
    LEFT JOIN filled AS data ON data.ordinal = row.ordinal AND data.field = 'data'
    UNION ALL
    SELECT false, element.id, element.screenplay_id, element.type, element.content, element.data
    FROM screenplay_elements AS element
    JOIN roots AS root
        ON root.kind = 'screenplay' AND root.existing_id = element.screenplay_id AND root.first_ordinal = root.ordinal
),
keyed AS (
    SELECT is_staged, number, screenplay_id,
        concat_ws(' ', type, md5(coalesce(content, '')), md5(coalesce(data::text, ''))) AS key
    FROM found
),
placed AS (
    SELECT *, row_number() OVER (PARTITION BY is_staged, screenplay_id, key ORDER BY number) AS place FROM keyed
)
INSERT INTO matches (kind, ordinal, existing_id)
SELECT 'element', row.number, stored.number
FROM placed AS row JOIN placed AS stored USING (screenplay_id, key, place)
WHERE row.is_staged AND NOT stored.is_staged
