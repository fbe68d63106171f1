"""Everything that a schema consists of, as PostgreSQL itself spells it."""

import psycopg

from storyarn_export.db.urls import plain_url

Catalogue = dict[str, list[tuple[object, ...]]]

TABLES = """
SELECT c.relname, c.relkind::text, c.relpersistence::text, c.relrowsecurity, c.reloptions::text
FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
ORDER BY 1
"""
COLUMNS = """
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity::text,
    a.attgenerated::text, a.attcollation::regcollation::text, pg_get_expr(d.adbin, d.adrelid)
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c')
    AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY c.relname, a.attnum
"""
CONSTRAINTS = """
SELECT conrelid::regclass::text, conname, contype::text, convalidated, pg_get_constraintdef(oid)
FROM pg_constraint
WHERE connamespace = 'public'::regnamespace
ORDER BY 1, 2
"""
INDEXES = """
SELECT c.relname, i.indisvalid, pg_get_indexdef(i.indexrelid)
FROM pg_index i
JOIN pg_class c ON c.oid = i.indrelid
WHERE c.relnamespace = 'public'::regnamespace
ORDER BY 1, 3
"""
SEQUENCES = """
SELECT s.seqrelid::regclass::text, s.seqtypid::regtype::text, s.seqstart, s.seqincrement, s.seqmax, s.seqmin,
    s.seqcache, s.seqcycle, d.refobjid::regclass::text, d.refobjsubid > 0, d.deptype::text
FROM pg_sequence s
JOIN pg_class c ON c.oid = s.seqrelid
LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = s.seqrelid AND d.deptype IN ('a', 'i')
WHERE c.relnamespace = 'public'::regnamespace
ORDER BY 1
"""
ROUTINES = """
SELECT oid::regprocedure::text, pg_get_functiondef(oid)
FROM pg_proc
WHERE pronamespace = 'public'::regnamespace AND prokind <> 'a'
ORDER BY 1
"""
TYPES = """
SELECT t.typname, t.typtype::text, t.typcategory::text,
    (SELECT array_agg(e.enumlabel ORDER BY e.enumsortorder)::text FROM pg_enum e WHERE e.enumtypid = t.oid)
FROM pg_type t
WHERE t.typnamespace = 'public'::regnamespace
ORDER BY 1
"""
TRIGGERS = """
SELECT t.tgrelid::regclass::text, t.tgname, t.tgenabled::text, pg_get_triggerdef(t.oid)
FROM pg_trigger t
JOIN pg_class c ON c.oid = t.tgrelid
WHERE c.relnamespace = 'public'::regnamespace AND NOT t.tgisinternal
ORDER BY 1, 2
"""
EXTENSIONS = "SELECT extname, extversion FROM pg_extension ORDER BY 1"

PARTS = {
    "tables": TABLES,
    "columns": COLUMNS,
    "constraints": CONSTRAINTS,
    "indexes": INDEXES,
    "sequences": SEQUENCES,
    "routines": ROUTINES,
    "types": TYPES,
    "triggers": TRIGGERS,
    "extensions": EXTENSIONS,
}
OF_TABLES = ("tables", "columns", "constraints", "indexes", "triggers")


def catalogue(url: str) -> Catalogue:
    """All objects of the schema `public`, by kind, each kind in a fixed order."""
    with psycopg.connect(plain_url(url)) as connection:
        return {part: connection.execute(query.encode()).fetchall() for part, query in PARTS.items()}


def of_tables(whole: Catalogue, names: set[str]) -> Catalogue:
    """What belongs to these tables. Columns may come in another order in tables that were changed later."""
    return {part: sorted((row for row in whole[part] if row[0] in names), key=repr) for part in OF_TABLES}
