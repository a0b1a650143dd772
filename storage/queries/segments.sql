-- name: put
-- A segment; the later one wins where two have one number, and is a revision where it differs.
INSERT INTO segments SELECT * FROM jsonb_populate_record(NULL::segments, $1)
ON CONFLICT (session, number) DO UPDATE SET
    "start" = excluded."start", "end" = excluded."end", text = excluded.text,
    words = excluded.words, confidence = excluded.confidence, language = excluded.language,
    speaker = excluded.speaker, live_text = excluded.live_text,
    revision = segments.revision + ((segments.text, segments.speaker)
        IS DISTINCT FROM (excluded.text, excluded.speaker))::integer;

-- name: keep_only
-- No segments but those with these numbers.
DELETE FROM segments WHERE session = $1 AND number <> ALL ($2::integer[]);

-- name: list
-- A session's segments in order.
SELECT * FROM segments WHERE session = $1 ORDER BY number;

-- name: between
-- A session's segments that are not over before one point and begin before another, in order.
SELECT * FROM segments WHERE session = $1 AND "end" >= $2 AND "start" < $3 ORDER BY number;

-- name: get
-- One segment of a session.
SELECT * FROM segments WHERE session = $1 AND number = $2;

-- name: window
-- Whether a session may be corrected now; it cannot expire until that is done.
SELECT state = 'ready' AND COALESCE(expires_at > $2, true) AS editable
FROM sessions WHERE id = $1 FOR SHARE;

-- name: lock
-- A segment that nobody else corrects until that is done.
SELECT revision FROM segments WHERE session = $1 AND number = $2 FOR UPDATE;

-- name: keep
-- What a segment has now, before it is corrected.
INSERT INTO corrections (session, number, revision, author, at, text, words, speaker)
SELECT session, number, revision, $3, $4, text, words, speaker
FROM segments WHERE session = $1 AND number = $2;

-- name: correct
-- A better text, whose words were not heard so, or another speaker.
UPDATE segments SET
    words = CASE WHEN $3 <> text THEN '[]' ELSE words END,
    text = COALESCE($3, text),
    speaker = COALESCE($4, speaker),
    revision = revision + 1
WHERE session = $1 AND number = $2
RETURNING *;

-- name: corrections
-- What a session's segments had before, in the order of segments and revisions.
SELECT * FROM corrections WHERE session = $1 ORDER BY number, revision;
