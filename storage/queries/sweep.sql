-- name: expire
-- The end of the editing window, for those for which it has come.
UPDATE sessions SET state = 'expired' WHERE id IN (
    SELECT id FROM sessions WHERE state = 'ready' AND expires_at <= $1
    ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED)
RETURNING *;

-- name: due_uploads
-- Announced files that did not come in time.
SELECT *, array_remove(ARRAY[upload ->> 'key'], NULL) AS keys FROM sessions
WHERE state = 'awaiting_upload' AND expires_at <= $1
ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED;

-- name: due_recordings
-- Sessions whose recording is kept long enough.
SELECT *, ARRAY(SELECT key FROM artifacts WHERE session = sessions.id AND name = 'recording')
    || array_remove(ARRAY[upload ->> 'key'], NULL) AS keys
FROM sessions
WHERE recording_until <= $1 AND NOT hold AND state IN ('ready', 'expired', 'failed')
ORDER BY recording_until LIMIT $2 FOR UPDATE SKIP LOCKED;

-- name: due_transcripts
-- Sessions whose transcript is kept long enough.
SELECT *, ARRAY(SELECT key FROM artifacts WHERE session = sessions.id AND name <> 'recording')
    AS keys
FROM sessions
WHERE transcript_until <= $1 AND NOT hold AND state IN ('ready', 'expired', 'failed')
ORDER BY transcript_until LIMIT $2 FOR UPDATE SKIP LOCKED;

-- name: forget_recordings
-- No recording any more, and no uploaded file.
WITH gone AS (DELETE FROM artifacts WHERE session = ANY ($1::text[]) AND name = 'recording')
UPDATE sessions SET recording_until = NULL, upload = NULL WHERE id = ANY ($1::text[]);

-- name: forget_transcripts
-- No text any more, and none of its corrections.
WITH said AS (DELETE FROM segments WHERE session = ANY ($1::text[])),
    gone AS (DELETE FROM artifacts WHERE session = ANY ($1::text[]) AND name <> 'recording')
UPDATE sessions SET transcript_until = NULL WHERE id = ANY ($1::text[]);

-- name: purge
-- Only the fact is left of those of which nothing else is.
UPDATE sessions SET state = 'purged', error = NULL, filename = NULL, upload = NULL, room = NULL,
    options = '{}', recording_until = NULL, transcript_until = NULL
WHERE id = ANY ($1::text[])
    AND state IN ('awaiting_upload', 'queued', 'ready', 'expired', 'failed')
    AND NOT EXISTS (SELECT FROM artifacts WHERE session = sessions.id)
    AND NOT EXISTS (SELECT FROM segments WHERE session = sessions.id)
RETURNING *;

-- name: decide
-- How long things are kept of those that ended without anybody saying so.
WITH kept AS (
    SELECT id, CASE WHEN state = 'failed' THEN $1::timestamptz
        ELSE COALESCE(ready_at, ended_at, created_at) END AS ended
    FROM sessions
    WHERE state IN ('ready', 'expired', 'failed')
        AND recording_until IS NULL AND transcript_until IS NULL
    ORDER BY id LIMIT $5 FOR UPDATE SKIP LOCKED
)
UPDATE sessions SET
    expires_at = CASE WHEN state = 'ready'
        THEN COALESCE(expires_at, ended + make_interval(secs => $2::float8)) ELSE expires_at END,
    recording_until = ended + make_interval(
        secs => COALESCE((retention ->> 'recording')::float8, $3::float8)),
    transcript_until = ended + make_interval(
        secs => COALESCE((retention ->> 'transcript')::float8, $4::float8))
FROM kept WHERE sessions.id = kept.id RETURNING sessions.id;

-- name: forget_jobs
-- Those that ended long ago.
DELETE FROM jobs WHERE id IN (
    SELECT id FROM jobs WHERE finished_at < $1 AND status IN (
        'completed', 'failed', 'dead', 'cancelled')
    ORDER BY finished_at LIMIT $2 FOR UPDATE SKIP LOCKED)
RETURNING id;

-- name: forget_deliveries
-- Those that were made long ago and are not waited for.
DELETE FROM deliveries WHERE id IN (
    SELECT id FROM deliveries WHERE created_at < $1 AND status <> 'waiting'
    ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED)
RETURNING id;

-- name: forget_audits
-- What was done long ago.
DELETE FROM audit WHERE id IN (
    SELECT id FROM audit WHERE at < $1 ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED)
RETURNING id;
