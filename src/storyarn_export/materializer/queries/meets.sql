-- Whether the project has a root of the file, or the file one that another stands for.
SELECT EXISTS (SELECT FROM roots WHERE existing_id IS NOT NULL OR action <> 'create')
