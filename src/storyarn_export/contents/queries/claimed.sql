-- Which bytes of assets have to stay: those that an asset has; those that an import which is not over has stored, and of
-- whose assets nobody can know yet; and all of a project while an export writes bytes of its assets, since it reads what
-- its snapshot says, which may have been replaced.
-- :keys of bytes, :origins what brought each (the import, where an import did), :projects whose they are
SELECT listed.key
FROM unnest(CAST(:keys AS text[]), CAST(:origins AS uuid[]), CAST(:projects AS bigint[])) AS listed (key, origin, project_id)
WHERE EXISTS (SELECT FROM assets WHERE content_key = listed.key)
    OR EXISTS (
        SELECT FROM import_jobs
        WHERE id = listed.origin AND status IN ('parsing', 'ready', 'queued', 'running', 'retrying')
    )
    OR EXISTS (
        SELECT FROM export_jobs
        WHERE project_id = listed.project_id AND status IN ('pending', 'processing')
            AND options ->> 'include_assets' IN ('embedded', 'bundled')
    )
