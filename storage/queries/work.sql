-- name: claim
-- The next job of the first of these queues that has one.
WITH next AS (
    SELECT job.id FROM unnest($1::text[]) WITH ORDINALITY AS free (queue, place)
    CROSS JOIN LATERAL (
        SELECT id FROM jobs
        WHERE status = 'queued' AND jobs.queue = free.queue AND run_at <= $3
        ORDER BY turn, created_at, id LIMIT 1
        FOR UPDATE SKIP LOCKED
    ) AS job
    ORDER BY place LIMIT 1
)
UPDATE jobs SET status = 'processing', stage = 'starting', progress = 0, worker = $2,
    heartbeat_at = $3, started_at = $3, attempts = attempts + 1, version = version + 1
FROM next WHERE jobs.id = next.id
RETURNING jobs.*;

-- name: heartbeat
-- Those of these jobs that the worker still has.
UPDATE jobs SET heartbeat_at = $3
WHERE id = ANY ($2::text[]) AND worker = $1 AND status = 'processing'
RETURNING id;

-- name: progress
-- How far a job is.
UPDATE jobs SET stage = $4, progress = $5, heartbeat_at = $6, version = version + 1
WHERE id = $1 AND worker = $2 AND attempts = $3 AND status = 'processing'
RETURNING id;

-- name: finish
-- The good end of a job.
UPDATE jobs SET status = 'completed', stage = 'completed', progress = 1, error = NULL,
    finished_at = $4, version = version + 1
WHERE id = $1 AND worker = $2 AND attempts = $3 AND status = 'processing'
RETURNING id;

-- name: fail
-- What a failure leads to: another time, from $6 on, or an end.
UPDATE jobs SET status = $4, stage = $4, error = $5, version = version + 1,
    run_at = $6::timestamptz, finished_at = CASE WHEN $4 <> 'queued' THEN $6::timestamptz END
WHERE id = $1 AND worker = $2 AND attempts = $3 AND status = 'processing'
    AND ($7::timestamptz IS NULL OR heartbeat_at <= $7)
RETURNING *;

-- name: release
-- A job given back, as if it had not been begun.
UPDATE jobs SET status = 'queued', stage = 'queued', progress = 0, attempts = attempts - 1,
    run_at = $4, version = version + 1
WHERE id = $1 AND worker = $2 AND attempts = $3 AND status = 'processing'
RETURNING *;

-- name: lost
-- Jobs of which nothing was heard since then.
SELECT * FROM jobs WHERE status = 'processing' AND heartbeat_at <= $1
ORDER BY heartbeat_at LIMIT $2;
