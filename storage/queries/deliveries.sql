-- name: enqueue
-- One event for each webhook of its owner that wants it; once, however often it is told.
INSERT INTO deliveries (id, webhook, event, body, status, next_at, created_at)
SELECT $1 || '.' || webhooks.id, webhooks.id, $3, $4, 'waiting', $5, $5
FROM webhooks WHERE owner = $2 AND $3 = ANY (events)
ON CONFLICT (id) DO NOTHING RETURNING id;

-- name: claim
-- The next of each webhook but $4, for one who tries them before $2; then they are due again.
WITH due AS (
    SELECT first.id FROM webhooks CROSS JOIN LATERAL (
        SELECT id, next_at FROM deliveries
        WHERE webhook = webhooks.id AND status = 'waiting' AND next_at <= $1
        ORDER BY next_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
    ) AS first
    WHERE webhooks.id <> ALL ($4::text[]) ORDER BY first.next_at LIMIT $3
)
UPDATE deliveries SET next_at = $2, attempts = attempts + 1
FROM due, webhooks WHERE deliveries.id = due.id AND webhooks.id = deliveries.webhook
RETURNING deliveries.*, webhooks.url;

-- name: done
-- The webhook has taken it.
UPDATE deliveries SET status = 'delivered', delivered_at = $2, next_at = NULL, error = NULL
WHERE id = $1;

-- name: failed
-- Another time, from $5 on, or never.
UPDATE deliveries SET error = $3, status = CASE WHEN $4 THEN 'dead' ELSE 'waiting' END,
    next_at = CASE WHEN NOT $4 THEN $5::timestamptz END
WHERE id = $1 AND attempts = $2 AND status = 'waiting';

-- name: first_page
-- A webhook's newest deliveries.
SELECT deliveries.*, webhooks.url FROM deliveries JOIN webhooks ON webhooks.id = webhook
WHERE owner = $1 AND webhook = $2 AND ($4::text IS NULL OR status = $4)
ORDER BY deliveries.created_at DESC, deliveries.id DESC LIMIT $3;

-- name: next_page
-- Those that are older than the last one seen.
SELECT deliveries.*, webhooks.url FROM deliveries JOIN webhooks ON webhooks.id = webhook
WHERE owner = $1 AND webhook = $2 AND ($4::text IS NULL OR status = $4)
    AND (deliveries.created_at, deliveries.id) < ($5::timestamptz, $6::text)
ORDER BY deliveries.created_at DESC, deliveries.id DESC LIMIT $3;

-- name: replay
-- Once more from the start, unless it waits anyhow.
UPDATE deliveries SET
    attempts = CASE WHEN status = 'waiting' THEN attempts ELSE 0 END,
    next_at = CASE WHEN status = 'waiting' THEN next_at ELSE $4::timestamptz END,
    error = CASE WHEN status = 'waiting' THEN error END,
    status = 'waiting', delivered_at = NULL
FROM webhooks WHERE webhooks.id = webhook AND owner = $1 AND webhook = $2 AND deliveries.id = $3
RETURNING deliveries.*, webhooks.url;
