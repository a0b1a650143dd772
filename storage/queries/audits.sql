-- name: add
-- One more line.
INSERT INTO audit (at, actor, action, owner, session, facts)
SELECT at, actor, action, owner, session, facts FROM jsonb_populate_record(NULL::audit, $1);

-- name: of
-- What was done to a session, in the order of the doing.
SELECT * FROM audit WHERE session = $1 ORDER BY id;
