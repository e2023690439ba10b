"""The catalogue's tables, as numbered steps: step n takes a catalogue from version n-1 to n (PRAGMA user_version)."""

from __future__ import annotations

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE collection (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL,
        folded TEXT NOT NULL,
        removed REAL
    );
    CREATE UNIQUE INDEX collection_name ON collection (folded) WHERE removed IS NULL;

    CREATE TABLE document (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        collection_id INTEGER NOT NULL REFERENCES collection (id) ON DELETE CASCADE,
        path TEXT NOT NULL,
        name TEXT NOT NULL,
        title TEXT NOT NULL DEFAULT '',
        language TEXT NOT NULL DEFAULT '',
        state TEXT NOT NULL,
        reason TEXT,
        pages INTEGER NOT NULL DEFAULT 0,
        passages INTEGER NOT NULL DEFAULT 0,
        size INTEGER NOT NULL,
        changed REAL NOT NULL,
        sha256 TEXT NOT NULL DEFAULT '',
        outline TEXT NOT NULL DEFAULT '[]',
        imported REAL NOT NULL,
        removed REAL,
        UNIQUE (collection_id, path)
    );
    CREATE INDEX document_content ON document (collection_id, sha256);
    CREATE INDEX document_state ON document (state);

    CREATE TABLE page (
        document_id INTEGER NOT NULL REFERENCES document (id) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        label TEXT NOT NULL DEFAULT '',
        language TEXT NOT NULL DEFAULT '',
        text TEXT NOT NULL,
        headings TEXT NOT NULL DEFAULT '[]',
        PRIMARY KEY (document_id, number)
    ) WITHOUT ROWID;

    CREATE TABLE passage (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        document_id INTEGER NOT NULL REFERENCES document (id) ON DELETE CASCADE,
        page INTEGER NOT NULL,
        start INTEGER NOT NULL,
        "end" INTEGER NOT NULL,
        text TEXT NOT NULL,
        headings TEXT NOT NULL,
        context TEXT NOT NULL,
        language TEXT NOT NULL,
        digest TEXT NOT NULL,
        -- 0: waits for its embedding, 1: has one in Chroma, 2: in a language that the embedder does not know
        embedded INTEGER NOT NULL DEFAULT 0
    );
    CREATE INDEX passage_document ON passage (document_id);
    CREATE INDEX passage_digest ON passage (digest) WHERE embedded = 1;
    CREATE INDEX passage_waiting ON passage (document_id) WHERE embedded = 0;

    CREATE VIRTUAL TABLE passage_words USING fts5 (context, body, tokenize = 'unicode61 remove_diacritics 0');
    CREATE VIRTUAL TABLE passage_trigrams USING fts5 (body, tokenize = 'trigram');
    CREATE VIRTUAL TABLE word_counts USING fts5vocab (passage_words, 'row');
    CREATE VIRTUAL TABLE trigram_counts USING fts5vocab (passage_trigrams, 'row');
    """,
    """
    -- what an import was asked to read, kept until it has ended, so that one that was killed can go on
    CREATE TABLE import_request (
        id INTEGER PRIMARY KEY,
        collection_id INTEGER NOT NULL REFERENCES collection (id) ON DELETE CASCADE,
        paths TEXT NOT NULL
    );
    """,
    """
    ALTER TABLE collection ADD COLUMN rules TEXT NOT NULL DEFAULT '{}';

    -- the folders and files a collection follows; identity tells which folder it is should its name change
    CREATE TABLE source (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        collection_id INTEGER NOT NULL REFERENCES collection (id) ON DELETE CASCADE,
        path TEXT NOT NULL,
        folder INTEGER NOT NULL,
        identity TEXT NOT NULL DEFAULT '',
        removed REAL,
        UNIQUE (collection_id, path)
    );
    INSERT INTO source (collection_id, path, folder) SELECT collection_id, path, 0 FROM document WHERE removed IS NULL;
    DROP TABLE import_request;

    -- files of bound folders that the user took out of the library
    CREATE TABLE left_out (
        collection_id INTEGER NOT NULL REFERENCES collection (id) ON DELETE CASCADE,
        path TEXT NOT NULL,
        PRIMARY KEY (collection_id, path)
    ) WITHOUT ROWID;

    ALTER TABLE document ADD COLUMN kind TEXT NOT NULL DEFAULT '';
    ALTER TABLE document ADD COLUMN checked REAL NOT NULL DEFAULT 0;
    ALTER TABLE document ADD COLUMN ocr_waiting INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE document ADD COLUMN ocr_pages INTEGER NOT NULL DEFAULT 0;
    UPDATE document SET kind = 'pdf' WHERE pages > 0;

    -- scan: 0 the page has its own text, 1 it is a picture, 2 its text was recognised, 3 nothing could be recognised
    ALTER TABLE page ADD COLUMN scan INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE page ADD COLUMN boxes TEXT NOT NULL DEFAULT '[]';
    CREATE INDEX page_scan ON page (document_id) WHERE scan > 0;

    -- counts passages of documents without reading their text
    CREATE INDEX passage_embedded ON passage (document_id, embedded);
    DROP INDEX passage_document;
    -- no search asks how often a word stands in the library
    DROP TABLE word_counts;
    DROP TABLE trigram_counts;

    -- passages that are gone and whose vectors still have to be deleted from Chroma
    CREATE TABLE vector_debt (
        passage_id INTEGER PRIMARY KEY,
        collection_id INTEGER NOT NULL
    );
    CREATE TABLE remembered (
        key TEXT PRIMARY KEY,
        value TEXT NOT NULL
    ) WITHOUT ROWID;
    """,
    """
    -- what has made vectors; in_use is 1 for the one that the library was last opened with
    CREATE TABLE embedder (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL,
        fingerprint TEXT NOT NULL,
        in_use INTEGER NOT NULL DEFAULT 0,
        UNIQUE (name, fingerprint)
    );
    INSERT INTO embedder (id, name, fingerprint, in_use) VALUES
        (1, 'all-MiniLM-L6-v2', '53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db', 1);

    -- whose vector a passage has in Chroma, NULL where it has none; passage.embedded is 1 where that one is in use
    ALTER TABLE passage ADD COLUMN embedder_id INTEGER REFERENCES embedder (id);
    UPDATE passage SET embedder_id = 1 WHERE embedded = 1;
    """,
    """
    -- the vectors that the Chroma store is made of, in half precision (little-endian): it can be rebuilt from them
    CREATE TABLE vector (
        passage_id INTEGER PRIMARY KEY REFERENCES passage (id) ON DELETE CASCADE,
        embedder_id INTEGER NOT NULL REFERENCES embedder (id),
        numbers BLOB NOT NULL
    );
    """,
    """
    -- in_use is 1 for the one that new collections get; languages are codes as JSON; seconds is what a passage took
    -- when it was last measured here, 0 where it never was
    ALTER TABLE embedder ADD COLUMN dimensions INTEGER NOT NULL DEFAULT 384;
    ALTER TABLE embedder ADD COLUMN languages TEXT NOT NULL DEFAULT '["en"]';
    ALTER TABLE embedder ADD COLUMN question_prefix TEXT NOT NULL DEFAULT '';
    ALTER TABLE embedder ADD COLUMN passage_prefix TEXT NOT NULL DEFAULT '';
    ALTER TABLE embedder ADD COLUMN seconds REAL NOT NULL DEFAULT 0;

    -- whose vectors a collection is to have, and whose serve its searches until all of those are made
    ALTER TABLE collection ADD COLUMN embedder_id INTEGER REFERENCES embedder (id);
    ALTER TABLE collection ADD COLUMN serving_id INTEGER REFERENCES embedder (id);
    UPDATE collection SET embedder_id = (SELECT id FROM embedder WHERE in_use = 1);
    UPDATE collection SET serving_id = embedder_id;

    -- passage.embedded tells of the embedder that serves: 0 waits, 1 has a vector, 2 can have none; this tells the same
    -- of the embedder that is wanted, in collections whose embedder is being changed
    CREATE TABLE renewal (
        passage_id INTEGER PRIMARY KEY REFERENCES passage (id) ON DELETE CASCADE,
        collection_id INTEGER NOT NULL REFERENCES collection (id) ON DELETE CASCADE,
        state INTEGER NOT NULL
    );
    CREATE INDEX renewal_state ON renewal (state, collection_id);

    -- digest is that of the text that was embedded
    ALTER TABLE vector RENAME TO vector_of_one;
    CREATE TABLE vector (
        passage_id INTEGER NOT NULL REFERENCES passage (id) ON DELETE CASCADE,
        embedder_id INTEGER NOT NULL REFERENCES embedder (id),
        digest TEXT NOT NULL,
        numbers BLOB NOT NULL,
        PRIMARY KEY (passage_id, embedder_id)
    );
    INSERT INTO vector SELECT v.passage_id, v.embedder_id, p.digest, v.numbers FROM vector_of_one v
        JOIN passage p ON p.id = v.passage_id AND p.embedded = 1 AND p.embedder_id = v.embedder_id;
    DROP TABLE vector_of_one;
    CREATE INDEX vector_digest ON vector (digest);
    DROP INDEX passage_digest;
    ALTER TABLE passage DROP COLUMN embedder_id;

    -- embedders that a collection has done with, whose vectors still have to be deleted
    CREATE TABLE embedder_debt (
        collection_id INTEGER NOT NULL REFERENCES collection (id) ON DELETE CASCADE,
        embedder_id INTEGER NOT NULL REFERENCES embedder (id),
        PRIMARY KEY (collection_id, embedder_id)
    ) WITHOUT ROWID;
    UPDATE remembered SET key = 'vectors kept' WHERE key = 'vectors kept 1';
    """,
)
