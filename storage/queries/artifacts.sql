-- name: put
-- What a session left in the object store; the later one wins where two have one name.
INSERT INTO artifacts SELECT * FROM jsonb_populate_record(NULL::artifacts, $1)
ON CONFLICT (session, name) DO UPDATE SET
    key = excluded.key, content_type = excluded.content_type, bytes = excluded.bytes,
    sha256 = excluded.sha256;

-- name: list
-- All that a session left there.
SELECT * FROM artifacts WHERE session = $1 ORDER BY name;
