-- What lives for the length of one seeding: the dice, and small tables of what refers to what. The story's own tables are
-- then written one statement each. The dice are a pure function, so that the same seed makes the same story.
CREATE FUNCTION pg_temp.roll(seed bigint, ordinal bigint, about text, sides integer) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ((hashint8extended(ordinal, hashtextextended(about, seed)) & 9223372036854775807) % sides)::integer;

CREATE TEMPORARY TABLE seed_word (
    kind text, n integer, en text, es text, de text, PRIMARY KEY (kind, n)
) ON COMMIT DROP;
CREATE TEMPORARY TABLE seed_sentence (n integer PRIMARY KEY, en text, es text, de text) ON COMMIT DROP;
CREATE TEMPORARY TABLE seed_asset (n integer PRIMARY KEY, id bigint, kind text) ON COMMIT DROP;
-- A family is a head and up to 15 sheets below it; the head's first three blocks are inherited by all of them.
CREATE TEMPORARY TABLE seed_sheet (
    n integer PRIMARY KEY, id bigint, head integer, parent integer, position integer, family integer, name text,
    shortcut text, hides boolean, table_n integer
) ON COMMIT DROP;
CREATE TEMPORARY TABLE seed_scene (n integer PRIMARY KEY, id bigint, parent integer, position integer) ON COMMIT DROP;
CREATE TEMPORARY TABLE seed_layer (n integer PRIMARY KEY, id bigint, scene integer, position integer) ON COMMIT DROP;
CREATE TEMPORARY TABLE seed_pin (
    n integer PRIMARY KEY, id bigint, scene integer, position integer, pins integer
) ON COMMIT DROP;
CREATE TEMPORARY TABLE seed_flow (
    n integer PRIMARY KEY, id bigint, parent integer, position integer, nodes integer, first_node integer
) ON COMMIT DROP;
-- hub and exit: how many there are in the flow up to this node; hubs: in all of it; head: the next node that no other
-- leads to, since a jump or exit stands before it.
CREATE TEMPORARY TABLE seed_node (
    n integer PRIMARY KEY, id bigint, flow integer, idx integer, type text, responses integer, cases integer,
    called_flow integer, hub integer, hubs integer, exit integer, head integer
) ON COMMIT DROP;
CREATE TEMPORARY TABLE seed_exit (flow integer, exit integer, id bigint, PRIMARY KEY (flow, exit)) ON COMMIT DROP;
CREATE TEMPORARY TABLE seed_wire (
    source integer, pin integer, target integer, PRIMARY KEY (source, pin)
) ON COMMIT DROP;
-- Part 0 is the text of a dialogue, 1 and up are its responses.
CREATE TEMPORARY TABLE seed_line (
    node integer, part integer, en text, es text, de text, PRIMARY KEY (node, part)
) ON COMMIT DROP;
CREATE TEMPORARY TABLE seed_screenplay (
    n integer PRIMARY KEY, id bigint, elements integer, draft_of integer, flow integer
) ON COMMIT DROP;
CREATE TEMPORARY TABLE seed_string (
    source_type text, source_id bigint, field text, en text, es text, de text, speaker bigint
) ON COMMIT DROP;
CREATE TEMPORARY TABLE seed_block (
    n integer PRIMARY KEY, id bigint, sheet integer, position integer, type text, noun integer, variable text,
    is_inherited boolean, is_constant boolean
) ON COMMIT DROP;
CREATE TEMPORARY TABLE seed_column (
    table_n integer, position integer, type text, name text, slug text, PRIMARY KEY (table_n, position)
) ON COMMIT DROP;
CREATE TEMPORARY TABLE seed_variable (
    n integer PRIMARY KEY, sheet text, variable text, type text, option text
) ON COMMIT DROP;
CREATE TEMPORARY TABLE seed_rule (n integer PRIMARY KEY, body jsonb) ON COMMIT DROP;
CREATE TEMPORARY TABLE seed_condition (n integer PRIMARY KEY, body jsonb) ON COMMIT DROP;
CREATE TEMPORARY TABLE seed_effects (n integer PRIMARY KEY, body jsonb) ON COMMIT DROP;
CREATE TEMPORARY TABLE seed_responses (node integer PRIMARY KEY, body jsonb) ON COMMIT DROP;
