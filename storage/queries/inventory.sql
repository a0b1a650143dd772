-- name: known
-- Those of these keys that a row has.
SELECT key FROM artifacts WHERE key = ANY ($1::text[])
UNION SELECT upload ->> 'key' FROM sessions
WHERE upload IS NOT NULL AND upload ->> 'key' = ANY ($1::text[]);

-- name: sessions
-- Those of these sessions that there are.
SELECT * FROM sessions WHERE id = ANY ($1::text[]);

-- name: artifacts
-- All artifacts in order, some at a time.
SELECT * FROM artifacts WHERE (session, name) > ($2, $3) ORDER BY session, name LIMIT $1;
