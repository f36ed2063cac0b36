//! Whatever a person can write, nothing panics: files, lock files, configurations, specs, URLs.

use migrate_core::model::{Spec, SpecRange};
use migrate_core::project::{Config, LockFile};
use migrate_core::text::revision::RevisionFile;
use migrate_core::text::{Dialect, ddl};
use proptest::prelude::*;

/// Pieces of everything that means something to one of the readers, and of what does not.
fn soup() -> impl Strategy<Value = String> {
    let pieces = vec![
        "-- ",
        "--",
        "\n",
        "\r\n",
        "\n\n",
        "revision: a1",
        "revision:",
        "down_revision: none",
        "down_revision: a1, b1",
        "branch_labels: x",
        "depends_on: é",
        "created: 1",
        "irreversible: no",
        "breaking:",
        "-- migrate:up",
        "-- migrate:down",
        "\n-- migrate:up dialect:sqlite,postgres transaction:false\n",
        "migrate:batch pause:50ms",
        "migrate:allow",
        ":",
        ",",
        "'",
        "\"",
        "`",
        "$$",
        "$é$",
        "/*",
        "*/",
        ";",
        "é",
        "\u{feff}",
        "\0",
        "\t",
        " ",
        "a1",
        "@head",
        "+1",
        "-2",
        "format 1\n",
        "a1 locked down_revision:none file:a.sql\n",
        "  up v1:sha256:00",
        "released v1 a1\n",
        "<<<<<<< HEAD\n",
        "=======\n",
        ">>>>>>> x\n",
        "[migrations]\n",
        "dirs = [\"é\"]\n",
        "url = \"postgres://u:p@h/d\"\n",
        "[environments.é]\n",
        "= ",
        "\"\"\"",
        "CREATE TABLE t (",
        "ALTER TABLE é ADD COLUMN ",
        "DROP INDEX CONCURRENTLY ",
        "COPY t FROM STDIN",
        "\\.",
        "\\restrict x\n",
        "DELIMITER //\n",
        "BEGIN",
        "END",
        "/*!50003 ",
        "E'\\",
        "U&'",
        "sqlite:///",
        "mysql+pymysql://",
        "%é",
        "?",
        "&",
    ];
    prop::collection::vec(prop::sample::select(pieces), 0..24).prop_map(|pieces| pieces.concat())
}

fn read(text: &str) {
    let (file, findings) = RevisionFile::parse("migrations/a.sql", text.as_bytes());
    let mut shown: Vec<String> = findings.iter().map(ToString::to_string).collect();
    if let Some(file) = file {
        for section in &file.sections {
            let _ = file.digest(section);
            for dialect in Dialect::ALL {
                let (_, findings) = file.check(section, dialect);
                shown.extend(findings.iter().map(ToString::to_string));
            }
        }
    }
    let (lock, findings) = LockFile::parse("revisions.lock", text);
    shown.extend(findings.iter().map(ToString::to_string));
    let _ = lock.to_string();
    let (_, findings) = Config::parse("migrate.toml", text);
    shown.extend(findings.iter().map(ToString::to_string));
    for dialect in Dialect::ALL {
        let _ = ddl::read(text, dialect);
    }
    shown.extend(
        text.parse::<Spec>()
            .err()
            .map(|error| error.diagnostic().to_string()),
    );
    shown.extend(
        text.parse::<SpecRange>()
            .err()
            .map(|error| error.diagnostic().to_string()),
    );
    for text in shown {
        assert!(
            !text.contains('\0'),
            "control characters reach the terminal: {text:?}"
        );
    }
}

#[cfg(feature = "runtime")]
fn connect(text: &str) {
    use migrate_core::database::Database;
    if let Err(error) = text.parse::<Database>() {
        let _ = error.to_string();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn soup_is_read(text in soup()) {
        read(&text);
    }

    #[test]
    fn any_text_is_read(text in any::<String>()) {
        read(&text);
    }

    #[test]
    fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = RevisionFile::parse("migrations/a.sql", &bytes);
    }

    #[cfg(feature = "runtime")]
    #[test]
    fn any_url_is_read(text in soup()) {
        connect(&text);
        connect(&format!("sqlite://{text}"));
        connect(&format!("postgres://{text}"));
        connect(&format!("mysql://{text}"));
    }
}
