"""sessions, their segments and their artifacts"""

from alembic import op

revision = "0001"
down_revision = None

UP = """
CREATE TABLE sessions (
    id text PRIMARY KEY,
    owner text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('live', 'upload')),
    state text NOT NULL
        CHECK (state IN ('open', 'draining', 'finalizing', 'ready', 'failed')),
    protocol text NOT NULL,
    model text NOT NULL,
    options jsonb NOT NULL,
    language text,
    room text,
    created_at timestamptz NOT NULL,
    ended_at timestamptz,
    duration bigint NOT NULL CHECK (duration >= 0),
    error text
);
COMMENT ON COLUMN sessions.duration IS 'samples at 16 kHz';
CREATE INDEX sessions_of_owner ON sessions (owner, created_at DESC, id DESC);
CREATE INDEX sessions_unfinished ON sessions (created_at, id)
    WHERE state IN ('open', 'draining', 'finalizing');

CREATE TABLE segments (
    session text NOT NULL REFERENCES sessions ON DELETE CASCADE,
    number integer NOT NULL CHECK (number >= 0),
    "start" bigint NOT NULL CHECK ("start" >= 0),
    "end" bigint NOT NULL CHECK ("end" >= "start"),
    text text NOT NULL,
    words jsonb NOT NULL,
    confidence double precision NOT NULL,
    language text,
    speaker text,
    live_text text,
    PRIMARY KEY (session, number)
);
COMMENT ON COLUMN segments."start" IS 'samples at 16 kHz on the clock of the session';
COMMENT ON COLUMN segments."end" IS 'samples at 16 kHz on the clock of the session';

CREATE TABLE artifacts (
    session text NOT NULL REFERENCES sessions ON DELETE CASCADE,
    name text NOT NULL,
    key text NOT NULL,
    content_type text NOT NULL,
    bytes bigint NOT NULL CHECK (bytes >= 0),
    sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    PRIMARY KEY (session, name)
);
"""

DOWN = "DROP TABLE artifacts, segments, sessions;"


def _each(script: str) -> None:
    """One statement at a time: the driver prepares them, and prepares one only."""
    for statement in filter(str.strip, script.split(";\n")):
        op.execute(statement)


def upgrade() -> None:
    _each(UP)


def downgrade() -> None:
    _each(DOWN)
