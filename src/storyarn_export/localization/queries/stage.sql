-- What a file says, row by row; gone with the transaction.
CREATE TEMP TABLE staged_changes (
    ordinal integer NOT NULL,
    place text NOT NULL,
    source_type text COLLATE "C" NOT NULL,
    source_id bigint NOT NULL,
    source_field text COLLATE "C" NOT NULL,
    locale_code text COLLATE "C" NOT NULL,
    source_hash text NOT NULL,
    translated_text text,
    word_count integer,
    status text
) ON COMMIT DROP;
CREATE TEMP TABLE applied_changes (ordinal integer NOT NULL) ON COMMIT DROP
