-- name: create
-- A new session, as its record has it; no row when its id is taken.
INSERT INTO sessions SELECT * FROM jsonb_populate_record(NULL::sessions, $1)
ON CONFLICT (id) DO NOTHING RETURNING id;

-- name: get
-- One session, if it is this owner's.
SELECT * FROM sessions WHERE id = $1 AND owner = $2;

-- name: state
-- Where a session is in its life, whoever owns it.
SELECT * FROM sessions WHERE id = $1;

-- name: first_page
-- An owner's newest sessions; of a state, of a kind, with words in their text or file name.
SELECT * FROM sessions
WHERE owner = $1
    AND ($3::text IS NULL OR state = $3) AND ($4::text IS NULL OR kind = $4)
    AND ($5::text IS NULL OR position(lower($5) IN lower(filename)) > 0 OR EXISTS (
        SELECT FROM segments WHERE session = sessions.id AND to_tsvector('simple', text)
            @@ to_tsquery('simple', nullif(plainto_tsquery('simple', $5)::text, '') || ':*')))
ORDER BY created_at DESC, id DESC LIMIT $2;

-- name: next_page
-- Such sessions that are older than the last one seen.
SELECT * FROM sessions
WHERE owner = $1 AND (created_at, id) < ($6::timestamptz, $7::text)
    AND ($3::text IS NULL OR state = $3) AND ($4::text IS NULL OR kind = $4)
    AND ($5::text IS NULL OR position(lower($5) IN lower(filename)) > 0 OR EXISTS (
        SELECT FROM segments WHERE session = sessions.id AND to_tsvector('simple', text)
            @@ to_tsquery('simple', nullif(plainto_tsquery('simple', $5)::text, '') || ':*')))
ORDER BY created_at DESC, id DESC LIMIT $2;

-- name: of_room
-- An owner's newest sessions in a room, or the one that is a room of its own.
SELECT * FROM sessions
WHERE owner = $1 AND kind = 'live' AND (room = $2 OR (id = $2 AND room IS NULL)) AND created_at >= $3
ORDER BY created_at DESC, id DESC LIMIT $4;

-- name: move
-- One step of a session's life, if it is in a state ($3) from which the step is allowed.
UPDATE sessions SET
    state = $2,
    node = CASE WHEN $4::boolean THEN node END,
    lease_until = CASE WHEN $4::boolean THEN lease_until END,
    header = CASE WHEN $4::boolean THEN header END,
    duration = COALESCE($5, duration),
    language = COALESCE($6, language),
    ended_at = COALESCE($7, ended_at),
    error = $8,
    ready_at = COALESCE($9, ready_at),
    expires_at = COALESCE($10, expires_at),
    recording_until = COALESCE($11, recording_until),
    transcript_until = COALESCE($12, transcript_until)
WHERE id = $1 AND state = ANY ($3::text[])
RETURNING *;

-- name: update
-- What an owner may change of a session, whatever its state.
UPDATE sessions SET
    hold = COALESCE($3, hold),
    retention = COALESCE($4, retention),
    expires_at = COALESCE($5, expires_at),
    recording_until = COALESCE($6, recording_until),
    transcript_until = COALESCE($7, transcript_until),
    upload = COALESCE($8, upload),
    model = COALESCE($9, model),
    language = COALESCE($10, language),
    duration = COALESCE($11, duration)
WHERE id = $1 AND owner = $2
RETURNING *;

-- name: erase
-- A session with all rows that belong to it; what was audited stays.
DELETE FROM sessions WHERE id = $1 AND owner = $2 RETURNING id;

-- name: in_states
-- All sessions in one of these states, oldest first.
SELECT * FROM sessions WHERE state = ANY ($1::text[]) ORDER BY created_at, id;

-- name: claim
-- A lease for a node, if the session is free, or its lease is over, or the node's own.
UPDATE sessions SET node = $2, lease_until = $4, generation = generation + 1
WHERE id = $1 AND (node IS NULL OR node = $2 OR lease_until <= $3) RETURNING generation;

-- name: renew
-- More time for those that a node still has.
UPDATE sessions SET lease_until = $3 WHERE id = ANY ($2::text[]) AND node = $1 RETURNING id;

-- name: orphans
-- Live sessions that nobody works on although they are not finished.
SELECT * FROM sessions
WHERE state IN ('open', 'draining', 'finalizing') AND kind = 'live'
    AND (lease_until IS NULL OR lease_until <= $1)
ORDER BY lease_until NULLS FIRST, id LIMIT $2;

-- name: release
-- The end of a lease before its time.
UPDATE sessions SET node = NULL, lease_until = NULL WHERE id = $1 AND node = $2;
