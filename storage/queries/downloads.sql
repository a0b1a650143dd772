-- name: add
-- Leave to get an artifact once; what is over goes.
WITH over AS (DELETE FROM downloads WHERE expires_at <= $5)
INSERT INTO downloads (digest, session, artifact, expires_at) VALUES ($1, $2, $3, $4);

-- name: take
-- The artifact, if the leave was there and not over; it is not there any more.
WITH used AS (DELETE FROM downloads WHERE digest = $1 RETURNING *)
SELECT artifacts.* FROM artifacts JOIN used
    ON used.session = artifacts.session AND used.artifact = artifacts.name
WHERE used.expires_at > $2;
