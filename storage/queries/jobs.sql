-- name: keyed
-- The job that an owner's idempotency key stands for.
SELECT * FROM jobs WHERE owner = $1 AND idempotency_key = $2;

-- name: lock_key
-- One transaction at a time for an owner's idempotency key.
SELECT pg_advisory_xact_lock(hashtextextended($1 || ' ' || $2, 0));

-- name: enqueue
-- A new job, as its record has it, behind the owner's others; no row when its id is taken.
INSERT INTO jobs
SELECT * FROM jsonb_populate_record(NULL::jobs, $1 || jsonb_build_object(
    'run_at', $1::jsonb -> 'created_at',
    'turn', GREATEST(
        (SELECT max(turn) + 1 FROM jobs WHERE queue = $1 ->> 'queue' AND owner = $1 ->> 'owner'
            AND status IN ('queued', 'processing')),
        (SELECT min(turn) FROM jobs WHERE queue = $1 ->> 'queue' AND status = 'queued'),
        0)))
ON CONFLICT (id) DO NOTHING
RETURNING *;

-- name: get
-- One job, if it is this owner's.
SELECT * FROM jobs WHERE id = $1 AND owner = $2;

-- name: of_session
-- The jobs that made a session, oldest first.
SELECT * FROM jobs WHERE session = $1 ORDER BY created_at, id;

-- name: session_of
-- A job's session, which nobody else changes until that is done.
SELECT sessions.* FROM sessions JOIN jobs ON jobs.session = sessions.id
WHERE jobs.id = $1 FOR UPDATE OF sessions;

-- name: first_page
-- An owner's newest jobs.
SELECT * FROM jobs WHERE owner = $1 AND ($3::text IS NULL OR status = $3)
ORDER BY created_at DESC, id DESC LIMIT $2;

-- name: next_page
-- An owner's jobs that are older than the last one seen.
SELECT * FROM jobs WHERE owner = $1 AND ($3::text IS NULL OR status = $3)
    AND (created_at, id) < ($4::timestamptz, $5::text)
ORDER BY created_at DESC, id DESC LIMIT $2;

-- name: position
-- How many jobs of its queue are before a waiting one.
SELECT count(ahead.id) AS position FROM jobs AS job LEFT JOIN jobs AS ahead
    ON ahead.status = 'queued' AND ahead.queue = job.queue
    AND (ahead.turn, ahead.created_at, ahead.id) < (job.turn, job.created_at, job.id)
WHERE job.id = $1 AND job.status = 'queued' GROUP BY job.id;

-- name: waiting
-- How many jobs wait in each queue, of all owners or of one.
SELECT queue, count(*) AS waiting FROM jobs
WHERE status = 'queued' AND ($1::text IS NULL OR owner = $1) GROUP BY queue;

-- name: pace
-- How many seconds the last jobs of a queue took.
SELECT avg(extract(epoch FROM finished_at - started_at))::float8 AS pace FROM (
    SELECT started_at, finished_at FROM jobs
    WHERE queue = $1 AND status = 'completed' AND finished_at IS NOT NULL
    ORDER BY finished_at DESC LIMIT 20) AS lately;

-- name: cancel
-- An end that the owner wants, if there is none yet.
UPDATE jobs SET status = 'cancelled', stage = 'cancelled', finished_at = $4, version = version + 1
WHERE id = $1 AND owner = $2 AND status = ANY ($3::text[])
RETURNING *;

-- name: replay
-- A dead job once more from the start, behind the owner's others.
UPDATE jobs SET status = 'queued', stage = 'queued', progress = 0, attempts = 0, error = NULL,
    started_at = NULL, finished_at = NULL, worker = NULL, run_at = $4, version = version + 1,
    turn = GREATEST(
        (SELECT max(o.turn) + 1 FROM jobs AS o WHERE o.queue = jobs.queue
            AND o.owner = jobs.owner AND o.status IN ('queued', 'processing')),
        (SELECT min(o.turn) FROM jobs AS o WHERE o.queue = jobs.queue AND o.status = 'queued'),
        0)
WHERE id = $1 AND owner = $2 AND status = ANY ($3::text[])
RETURNING *;
