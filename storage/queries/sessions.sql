-- name: create
-- A new session, as its record has it.
INSERT INTO sessions (id, owner, kind, state, protocol, model, options, language, room,
                      created_at, ended_at, duration, error)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13);

-- name: get
-- One session, if it is this owner's.
SELECT * FROM sessions WHERE id = $1 AND owner = $2;

-- name: state
-- Where a session is in its life, whoever owns it.
SELECT * FROM sessions WHERE id = $1;

-- name: first_page
-- An owner's newest sessions.
SELECT * FROM sessions WHERE owner = $1 ORDER BY created_at DESC, id DESC LIMIT $2;

-- name: next_page
-- An owner's sessions that are older than the last one seen.
SELECT * FROM sessions
WHERE owner = $1 AND (created_at, id) < ($3::timestamptz, $4::text)
ORDER BY created_at DESC, id DESC LIMIT $2;

-- name: move
-- One step of a session's life, if it is in a state ($3) from which the step is allowed.
UPDATE sessions SET
    state = $2,
    duration = COALESCE($4, duration),
    language = COALESCE($5, language),
    ended_at = COALESCE($6, ended_at),
    error = $7
WHERE id = $1 AND state = ANY ($3::text[])
RETURNING *;

-- name: in_states
-- All sessions in one of these states, oldest first.
SELECT * FROM sessions WHERE state = ANY ($1::text[]) ORDER BY created_at, id;
