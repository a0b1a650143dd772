-- name: add
-- A new webhook; no row when its id is taken.
INSERT INTO webhooks (id, owner, url, events, created_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (id) DO NOTHING RETURNING id;

-- name: list
-- An owner's webhooks, oldest first.
SELECT * FROM webhooks WHERE owner = $1 ORDER BY created_at, id;

-- name: remove
-- A webhook with all that it was still to be told.
DELETE FROM webhooks WHERE id = $1 AND owner = $2 RETURNING id;
