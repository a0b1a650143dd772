"""leases, uploads, jobs, the editing window, retention, audit, webhooks"""

from alembic import op

revision = "0002"
down_revision = "0001"

UP = """
ALTER TABLE sessions DROP CONSTRAINT sessions_state_check;
ALTER TABLE sessions ADD CONSTRAINT sessions_state_check CHECK (state IN (
    'awaiting_upload', 'queued', 'open', 'draining', 'finalizing', 'ready', 'expired',
    'purged', 'failed'));
ALTER TABLE sessions
    ADD COLUMN node text,
    ADD COLUMN generation integer NOT NULL DEFAULT 0,
    ADD COLUMN lease_until timestamptz,
    ADD COLUMN header jsonb,
    ADD COLUMN filename text,
    ADD COLUMN upload jsonb,
    ADD COLUMN ready_at timestamptz,
    ADD COLUMN expires_at timestamptz,
    ADD COLUMN recording_until timestamptz,
    ADD COLUMN transcript_until timestamptz,
    ADD COLUMN hold boolean NOT NULL DEFAULT false,
    ADD COLUMN retention jsonb NOT NULL DEFAULT '{}';
COMMENT ON COLUMN sessions.node IS 'who works on it now, until lease_until';
COMMENT ON COLUMN sessions.generation IS 'counts who has worked on it; names parts of its journal';
COMMENT ON COLUMN sessions.header IS 'what its journal begins with, until it is finished';
COMMENT ON COLUMN sessions.upload IS 'what was announced: bytes, content type, sha256, key';
COMMENT ON COLUMN sessions.retention IS 'seconds that this session asked for, over the defaults';
DROP INDEX sessions_unfinished;
CREATE INDEX sessions_unfinished ON sessions (lease_until, id)
    WHERE state IN ('open', 'draining', 'finalizing');
CREATE INDEX sessions_expiring ON sessions (expires_at) WHERE state IN ('ready', 'awaiting_upload');
CREATE INDEX sessions_recording_due ON sessions (recording_until)
    WHERE NOT hold AND recording_until IS NOT NULL;
CREATE INDEX sessions_transcript_due ON sessions (transcript_until)
    WHERE NOT hold AND transcript_until IS NOT NULL;
CREATE INDEX sessions_undecided ON sessions (id) WHERE state IN ('ready', 'expired', 'failed')
    AND recording_until IS NULL AND transcript_until IS NULL;
CREATE INDEX sessions_of_room ON sessions (room, created_at) WHERE room IS NOT NULL;
CREATE INDEX sessions_upload ON sessions ((upload ->> 'key')) WHERE upload IS NOT NULL;
CREATE INDEX artifacts_of_key ON artifacts (key);

ALTER TABLE segments ADD COLUMN revision integer NOT NULL DEFAULT 1 CHECK (revision > 0);
CREATE INDEX segments_text ON segments USING gin (to_tsvector('simple', text));
CREATE TABLE corrections (
    session text NOT NULL,
    number integer NOT NULL,
    revision integer NOT NULL,
    author text NOT NULL,
    at timestamptz NOT NULL,
    text text NOT NULL,
    words jsonb NOT NULL,
    speaker text,
    PRIMARY KEY (session, number, revision),
    FOREIGN KEY (session, number) REFERENCES segments (session, number) ON DELETE CASCADE
);
COMMENT ON TABLE corrections IS 'each text that a segment had before somebody corrected it';

CREATE TABLE jobs (
    id text PRIMARY KEY,
    owner text NOT NULL,
    session text NOT NULL REFERENCES sessions ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('transcribe', 'finalize')),
    queue text NOT NULL CHECK (queue IN ('small', 'medium', 'large')),
    status text NOT NULL CHECK (status IN (
        'queued', 'processing', 'completed', 'failed', 'dead', 'cancelled')),
    stage text NOT NULL DEFAULT 'queued',
    progress double precision NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 1),
    attempts integer NOT NULL DEFAULT 0,
    error jsonb,
    idempotency_key text,
    digest text,
    options jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL,
    started_at timestamptz,
    finished_at timestamptz,
    version bigint NOT NULL DEFAULT 1,
    turn bigint NOT NULL,
    run_at timestamptz NOT NULL,
    worker text,
    heartbeat_at timestamptz,
    UNIQUE (owner, idempotency_key)
);
COMMENT ON COLUMN jobs.turn IS 'orders the waiting: each owner has one job in each turn';
COMMENT ON COLUMN jobs.run_at IS 'not begun before: the pause after a failure';
COMMENT ON COLUMN jobs.worker IS 'who has it, or had it last';
COMMENT ON COLUMN jobs.version IS 'counts the changes; the id of an event in its stream';
COMMENT ON COLUMN jobs.digest IS 'of the request that its idempotency key stands for';
COMMENT ON COLUMN jobs.options IS 'model and language, where the session has others';
CREATE INDEX jobs_of_owner ON jobs (owner, created_at DESC, id DESC);
CREATE INDEX jobs_of_session ON jobs (session);
CREATE INDEX jobs_waiting ON jobs (queue, turn, created_at, id) WHERE status = 'queued';
CREATE INDEX jobs_turns ON jobs (queue, owner, turn) WHERE status IN ('queued', 'processing');
CREATE INDEX jobs_alive ON jobs (heartbeat_at) WHERE status = 'processing';
CREATE INDEX jobs_over ON jobs (finished_at) WHERE finished_at IS NOT NULL;
CREATE FUNCTION tell_job() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    PERFORM pg_notify('jobs', json_build_object('id', NEW.id, 'version', NEW.version,
        'status', NEW.status, 'queue', NEW.queue)::text); RETURN NULL; END $$;
CREATE TRIGGER jobs_created AFTER INSERT ON jobs FOR EACH ROW EXECUTE FUNCTION tell_job();
CREATE TRIGGER jobs_changed AFTER UPDATE ON jobs FOR EACH ROW
    WHEN (OLD.version <> NEW.version) EXECUTE FUNCTION tell_job();

CREATE TABLE audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    owner text NOT NULL,
    session text NOT NULL,
    facts jsonb NOT NULL DEFAULT '{}'
);
COMMENT ON TABLE audit IS 'what was deleted, locked, restored, and by whom; no content';
CREATE INDEX audit_of_session ON audit (session, id);
CREATE INDEX audit_at ON audit (at);

CREATE TABLE downloads (
    digest text PRIMARY KEY,
    session text NOT NULL,
    artifact text NOT NULL,
    expires_at timestamptz NOT NULL,
    FOREIGN KEY (session, artifact) REFERENCES artifacts (session, name) ON DELETE CASCADE
);
COMMENT ON TABLE downloads IS 'leave to get one artifact once; tokens themselves are not kept';
CREATE INDEX downloads_of_artifact ON downloads (session, artifact);
CREATE INDEX downloads_over ON downloads (expires_at);

CREATE TABLE webhooks (
    id text PRIMARY KEY,
    owner text NOT NULL,
    url text NOT NULL,
    events text[] NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE TABLE deliveries (
    id text PRIMARY KEY,
    webhook text NOT NULL REFERENCES webhooks ON DELETE CASCADE,
    event text NOT NULL,
    body jsonb NOT NULL,
    status text NOT NULL CHECK (status IN ('waiting', 'delivered', 'dead')),
    attempts integer NOT NULL DEFAULT 0,
    next_at timestamptz,
    error text,
    created_at timestamptz NOT NULL,
    delivered_at timestamptz
);
COMMENT ON COLUMN deliveries.next_at IS 'when it may be tried, or tried again';
CREATE INDEX webhooks_of_owner ON webhooks (owner, created_at, id);
CREATE INDEX deliveries_of_webhook ON deliveries (webhook, created_at DESC, id DESC);
CREATE INDEX deliveries_due ON deliveries (webhook, next_at) WHERE status = 'waiting';
CREATE INDEX deliveries_over ON deliveries (created_at) WHERE status <> 'waiting';
"""

DOWN = """
DROP TABLE downloads, deliveries, webhooks, audit, jobs, corrections;
DROP FUNCTION tell_job;
DROP INDEX segments_text;
ALTER TABLE segments DROP COLUMN revision;
DELETE FROM sessions WHERE state IN ('awaiting_upload', 'queued', 'purged');
UPDATE sessions SET state = 'ready' WHERE state = 'expired';
DROP INDEX sessions_unfinished;
DROP INDEX sessions_expiring;
DROP INDEX sessions_recording_due;
DROP INDEX sessions_transcript_due;
DROP INDEX sessions_undecided;
DROP INDEX sessions_of_room;
DROP INDEX sessions_upload;
DROP INDEX artifacts_of_key;
ALTER TABLE sessions
    DROP COLUMN node, DROP COLUMN generation, DROP COLUMN lease_until,
    DROP COLUMN header,
    DROP COLUMN filename, DROP COLUMN upload,
    DROP COLUMN ready_at, DROP COLUMN expires_at, DROP COLUMN recording_until,
    DROP COLUMN transcript_until, DROP COLUMN hold, DROP COLUMN retention;
ALTER TABLE sessions DROP CONSTRAINT sessions_state_check;
ALTER TABLE sessions ADD CONSTRAINT sessions_state_check
    CHECK (state IN ('open', 'draining', 'finalizing', 'ready', 'failed'));
CREATE INDEX sessions_unfinished ON sessions (created_at, id)
    WHERE state IN ('open', 'draining', 'finalizing');
"""


def _each(script: str) -> None:
    """One statement at a time: the driver prepares them, and prepares one only."""
    for statement in filter(str.strip, script.split(";\n")):
        op.execute(statement)


def upgrade() -> None:
    _each(UP)


def downgrade() -> None:
    _each(DOWN)
