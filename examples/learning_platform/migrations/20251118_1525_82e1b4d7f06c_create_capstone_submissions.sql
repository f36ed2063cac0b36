-- create capstone submissions
--
-- revision: 82e1b4d7f06c
-- down_revision: d3048fa6b1c9
-- created: 2025-11-18T15:25:00Z

-- migrate:up dialect:sqlite
CREATE TABLE capstone_submissions (
    id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36),
    user_id TEXT NOT NULL,
    module_id TEXT NOT NULL,
    repository_url TEXT NOT NULL,
    notes TEXT,
    grade INTEGER,
    feedback TEXT,
    submitted_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    CONSTRAINT capstone_submissions_grade_check CHECK (grade BETWEEN 0 AND 100),
    CONSTRAINT capstone_submissions_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT capstone_submissions_module_id_fkey FOREIGN KEY (module_id) REFERENCES modules (id) ON DELETE CASCADE
);
CREATE INDEX capstone_submissions_user_id_idx ON capstone_submissions (user_id);
CREATE INDEX capstone_submissions_module_id_idx ON capstone_submissions (module_id);

-- migrate:up dialect:postgres
CREATE TABLE capstone_submissions (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id UUID NOT NULL,
    module_id UUID NOT NULL,
    repository_url TEXT NOT NULL,
    notes TEXT,
    grade INTEGER,
    feedback TEXT,
    submitted_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT capstone_submissions_grade_check CHECK (grade BETWEEN 0 AND 100),
    CONSTRAINT capstone_submissions_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT capstone_submissions_module_id_fkey FOREIGN KEY (module_id) REFERENCES modules (id) ON DELETE CASCADE
);
CREATE INDEX capstone_submissions_user_id_idx ON capstone_submissions (user_id);
CREATE INDEX capstone_submissions_module_id_idx ON capstone_submissions (module_id);

-- migrate:up dialect:mysql
CREATE TABLE capstone_submissions (
    id CHAR(36) CHARACTER SET ascii NOT NULL PRIMARY KEY,
    user_id CHAR(36) CHARACTER SET ascii NOT NULL,
    module_id CHAR(36) CHARACTER SET ascii NOT NULL,
    repository_url TEXT NOT NULL,
    notes TEXT,
    grade INTEGER,
    feedback TEXT,
    submitted_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    created_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    updated_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    CONSTRAINT capstone_submissions_grade_check CHECK (grade BETWEEN 0 AND 100),
    CONSTRAINT capstone_submissions_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT capstone_submissions_module_id_fkey FOREIGN KEY (module_id) REFERENCES modules (id) ON DELETE CASCADE
) ENGINE = InnoDB;
CREATE INDEX capstone_submissions_user_id_idx ON capstone_submissions (user_id);
CREATE INDEX capstone_submissions_module_id_idx ON capstone_submissions (module_id);

-- migrate:down
DROP TABLE capstone_submissions;
