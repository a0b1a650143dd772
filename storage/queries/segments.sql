-- name: put
-- A segment; the later one wins where two have one number.
INSERT INTO segments (session, number, "start", "end", text, words, confidence,
                      language, speaker, live_text)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (session, number) DO UPDATE SET
    "start" = excluded."start", "end" = excluded."end", text = excluded.text,
    words = excluded.words, confidence = excluded.confidence, language = excluded.language,
    speaker = excluded.speaker, live_text = excluded.live_text;

-- name: list
-- A session's segments in order.
SELECT * FROM segments WHERE session = $1 ORDER BY number;
