//! New revisions and `lock`, on directories of their own.

mod rebase;
mod series;

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use super::{
    LockChange, LockOptions, NewRevision, NewSection, Splice, WriteLock, lock, new_revision, slug,
};
use crate::project::Search;
use crate::project::config::Project;
use crate::project::load::{LoadMode, Loaded, listed, load};
use crate::project::lock::{LockFile, Merge};
use crate::text::revision::Direction;
use crate::text::{Diagnostic, Dialect, DialectSet, RevisionId};

/// 2025-10-24T17:40:05Z.
const NOW: Duration = Duration::from_secs(1_761_327_605);

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + NOW
}

/// A project in a directory that goes with the value.
struct Bench {
    dir: tempfile::TempDir,
}

impl Bench {
    fn new(toml: &str) -> Self {
        let dir = tempfile::tempdir().expect("a temporary directory");
        fs::create_dir(dir.path().join("migrations")).expect("the directory");
        fs::write(dir.path().join("migrate.toml"), toml).expect("the configuration");
        Self { dir }
    }

    fn sqlite() -> Self {
        Self::new("[migrations]\ndialects = [\"sqlite\"]\n")
    }

    fn project(&self) -> Project {
        Search::from(self.dir.path()).find().expect("a project")
    }

    fn load(&self) -> Loaded {
        load(&self.project(), LoadMode::reading())
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.dir.path().join("migrations").join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("a file");
    }

    /// A complete file.
    fn file(&self, id: &str, down: &str) {
        let text = format!(
            "-- make {id}\n--\n-- revision: {id}\n-- down_revision: {down}\n\n-- migrate:up\nCREATE TABLE {id} (a INTEGER);\n\n\
             -- migrate:down\nDROP TABLE {id};\n"
        );
        self.write(&format!("{id}.sql"), &text);
    }

    fn lock_text(&self) -> String {
        fs::read_to_string(self.path("revisions.lock")).expect("a lock file")
    }

    fn lock(&self) -> Result<super::LockOutcome, Vec<Diagnostic>> {
        self.lock_with(LockOptions::default())
    }

    fn lock_with(&self, options: LockOptions) -> Result<super::LockOutcome, Vec<Diagnostic>> {
        lock(
            &self.project(),
            &LockOptions {
                dialects: DialectSet::one(Dialect::Sqlite),
                ..options
            },
        )
    }

    fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.dir.path().join("migrations")).expect("the directory");
        let mut names: Vec<String> = entries
            .map(|entry| {
                entry
                    .expect("an entry")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect();
        names.sort();
        names
    }

    /// Whether the project is fine as the macro reads it.
    fn strict(&self) -> Vec<Diagnostic> {
        load(
            &self.project(),
            LoadMode::strict(DialectSet::one(Dialect::Sqlite)).release(),
        )
        .diagnostics
    }
}

fn id(text: &str) -> RevisionId {
    text.parse().expect("an id")
}

fn texts(findings: &[Diagnostic]) -> String {
    findings
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n\n")
}

fn new(message: &str, id: &str, down: &[&str]) -> NewRevision {
    NewRevision {
        message: message.to_owned(),
        id: Some(id.to_owned()),
        down_revision: down.iter().map(|id| self::id(id)).collect(),
        ..NewRevision::default()
    }
}

#[test]
fn a_new_revision_is_a_file_and_a_draft_line() {
    let bench = Bench::sqlite();
    let written = new_revision(
        &bench.load(),
        &new("Add email to users", "5cd038a8f131", &[]),
        now(),
    )
    .expect("written");
    assert_eq!(
        written.shown,
        "migrations/20251024_1740_5cd038a8f131_add_email_to_users.sql"
    );
    insta::assert_snapshot!(written.text, @r"
    -- Add email to users
    --
    -- revision: 5cd038a8f131
    -- down_revision: none
    -- created: 2025-10-24T17:40:05Z

    -- migrate:up

    -- migrate:down
    ");
    insta::assert_snapshot!(bench.lock_text(), @r"
    # written by migrate-cli: commit it with the revisions, do not edit it
    format 1
    5cd038a8f131 draft down_revision:none file:20251024_1740_5cd038a8f131_add_email_to_users.sql
    ");
    assert_eq!(bench.files().len(), 2, "{:?}", bench.files());
}

#[test]
fn several_dialects_get_sections_of_their_own_and_a_merge_gets_none() {
    let bench = Bench::new("[migrations]\ndialects = [\"postgres\", \"mysql\", \"mariadb\"]\n");
    let first = new_revision(&bench.load(), &new("base", "a", &[]), now()).expect("written");
    assert_eq!(
        first
            .text
            .lines()
            .filter(|line| line.contains("migrate:"))
            .collect::<Vec<_>>(),
        [
            "-- migrate:up dialect:postgres",
            "-- migrate:up dialect:mysql",
            "-- migrate:down dialect:postgres",
            "-- migrate:down dialect:mysql"
        ]
    );
    new_revision(&bench.load(), &new("left", "b", &["a"]), now()).expect("written");
    let right = NewRevision {
        splice: Splice::Allow,
        ..new("right", "c", &["a"])
    };
    new_revision(&bench.load(), &right, now()).expect("written");
    let join = new_revision(&bench.load(), &new("join", "d", &["b", "c"]), now()).expect("written");
    assert!(
        join.text.contains("-- down_revision: b, c\n") && !join.text.contains("migrate:"),
        "{}",
        join.text
    );
    assert!(!bench.load().has_errors());
}

#[test]
fn what_a_new_revision_cannot_be() {
    let bench = Bench::sqlite();
    bench.file("a", "none");
    bench.file("b", "a");
    bench.lock().expect("locked");
    let before = (bench.files(), bench.lock_text());
    let cases = [
        ("an empty message", new(" ", "x", &["b"])),
        ("a control character", new("two\nlines", "x", &["b"])),
        ("a message that is a key", new("revision: y", "x", &["b"])),
        (
            "a message that is a directive",
            new("migrate:up", "x", &["b"]),
        ),
        ("an id that is taken", new("x", "B", &["b"])),
        ("an id that is none", new("x", "add-x", &["b"])),
        ("a reserved id", new("x", "head", &["b"])),
        ("an unknown parent", new("x", "x", &["zz"])),
        ("a parent that is no head", new("x", "x", &["a"])),
        (
            "an unknown dependency",
            NewRevision {
                depends_on: vec!["zz".into()],
                ..new("x", "x", &["b"])
            },
        ),
        (
            "a label that is taken",
            NewRevision {
                branch_labels: vec!["a".into()],
                ..new("x", "x", &["b"])
            },
        ),
        (
            "an unknown directory",
            NewRevision {
                dir: Some("other".into()),
                ..new("x", "x", &["b"])
            },
        ),
    ];
    let said: Vec<String> = cases
        .iter()
        .map(|(name, order)| {
            let refused = new_revision(&bench.load(), order, now()).expect_err(name);
            format!("# {name}\n{}", texts(&refused))
        })
        .collect();
    insta::assert_snapshot!(said.join("\n\n"));
    assert_eq!(
        before,
        (bench.files(), bench.lock_text()),
        "nothing was written"
    );
}

#[test]
fn nothing_is_left_behind_when_writing_fails() {
    let bench = Bench::sqlite();
    bench.file("a", "none");
    bench.lock().expect("locked");
    // The lock file cannot be replaced by a rename when a directory has its name.
    let loaded = bench.load();
    fs::remove_file(bench.path("revisions.lock")).expect("removed");
    fs::create_dir(bench.path("revisions.lock")).expect("a directory");
    let refused = new_revision(&loaded, &new("x", "x", &["a"]), now())
        .expect_err("a directory is in the way");
    assert!(
        texts(&refused).contains("cannot write the file"),
        "{}",
        texts(&refused)
    );
    assert_eq!(bench.files(), ["a.sql", "revisions.lock"]);
}

#[test]
fn random_ids_are_twelve_hexadecimal_digits() {
    let bench = Bench::sqlite();
    let order = NewRevision {
        id: None,
        ..new("x", "", &[])
    };
    let written = new_revision(&bench.load(), &order, now()).expect("written");
    let text = written.id.as_str();
    assert!(
        text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_hexdigit()),
        "{text}"
    );
}

#[test]
fn slugs() {
    let cases = [
        ("Add email", "add_email"),
        ("TICKET-123_add_audit_fields", "ticket-123_add_audit_fields"),
        ("  -- what?! ", "what"),
        ("Größe ändern", "größe_ändern"),
        (
            "a very long message that goes on and on and on",
            "a_very_long_message_that_goes_on_and_on",
        ),
        (
            "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbau",
            "donaudampfschifffahrtselektrizitätenhaup",
        ),
        ("!!!", ""),
    ];
    for (message, expected) in cases {
        assert_eq!(slug(message, 40), expected, "{message}");
    }
}

#[test]
fn file_names_follow_template_and_time_zone() {
    let toml = "[migrations]\nfile_template = \"{epoch}-{year}{month}{day}T{hour}{minute}{second}-{revision}-{slug}\"\n\
                timezone = \"+05:30\"\n";
    let bench = Bench::new(toml);
    let written = new_revision(&bench.load(), &new("!", "x", &[]), now()).expect("written");
    assert_eq!(written.shown, "migrations/1761327605-20251024T231005-x.sql");
    assert!(written.text.contains("-- created: 2025-10-24T17:40:05Z"));
    // A zone of the database that comes with us, in summer.
    let bench = Bench::new(
        "[migrations]\ntimezone = \"Europe/Berlin\"\nrecursive = true\nfile_template = \"{year}/{month}/{day}_{hour}{minute}_{revision}\"\n",
    );
    let written = new_revision(&bench.load(), &new("!", "x", &[]), now()).expect("written");
    assert_eq!(written.shown, "migrations/2025/10/24_1940_x.sql");
    assert!(bench.lock_text().contains(" file:2025/10/24_1940_x.sql"));
    assert!(!bench.load().has_errors() && bench.load().revisions.len() == 1);
    let bench = Bench::new("[migrations]\nfile_template = \"{year}/{revision}\"\n");
    let refused = new_revision(&bench.load(), &new("x", "x", &[]), now()).expect_err("not read");
    assert!(
        texts(&refused).contains("`recursive = true`"),
        "{}",
        texts(&refused)
    );
    let bench = Bench::new("[migrations]\ntimezone = \"Mars/Olympus\"\n");
    let refused =
        new_revision(&bench.load(), &new("x", "x", &[]), now()).expect_err("no such zone");
    assert!(
        texts(&refused).contains("the time zone `Mars/Olympus` is not known"),
        "{}",
        texts(&refused)
    );
}

#[test]
fn lock_locks_takes_up_drops_and_sorts() {
    let bench = Bench::sqlite();
    bench.file("b", "a");
    bench.file("a", "none");
    bench.write(
        "revisions.lock",
        "format 1\nb draft down_revision:a file:b.sql\nz draft down_revision:none file:z.sql\n",
    );
    let outcome = bench.lock().expect("locked");
    assert_eq!(outcome.locked, [id("a"), id("b")]);
    assert_eq!(outcome.taken_up, [id("a")]);
    assert_eq!(outcome.dropped, ["z"]);
    assert_eq!(outcome.change, LockChange::Changed);
    insta::assert_snapshot!(bench.lock_text());
    assert_eq!(bench.strict(), []);
    assert_eq!(bench.lock().expect("locked").change, LockChange::None);
}

#[test]
fn lock_joins_the_sides_of_a_conflict_and_accepts_two_heads() {
    let bench = Bench::sqlite();
    bench.file("a", "none");
    bench.lock().expect("locked");
    let base = bench.lock_text();
    bench.file("b", "a");
    bench.file("c", "a");
    bench.write(
        "revisions.lock",
        &format!(
            "{base}<<<<<<< ours\nb draft down_revision:a file:b.sql\n||||||| base\n=======\nc draft down_revision:a file:c.sql\n>>>>>>> theirs\n"
        ),
    );
    let outcome = bench.lock().expect("locked");
    assert_eq!(outcome.merge, Merge::Conflict);
    let mut heads = outcome.heads;
    heads.sort();
    assert_eq!(heads, [id("b"), id("c")]);
    assert!(outcome.taken_up.is_empty(), "both sides were listed");
    let text = bench.lock_text();
    let (lock, findings) = LockFile::parse("revisions.lock", &text);
    assert_eq!(findings, []);
    assert_eq!(
        lock.entries
            .iter()
            .map(|entry| entry.id)
            .collect::<Vec<_>>(),
        ["a", "b", "c"]
    );
}

#[test]
fn lock_refuses_and_writes_nothing() {
    let bench = Bench::sqlite();
    bench.file("a", "none");
    bench.lock().expect("locked");
    let before = bench.lock_text();
    let edited = fs::read_to_string(bench.path("a.sql"))
        .expect("a file")
        .replace("INTEGER", "TEXT");
    bench.write("a.sql", &edited);
    bench.write(
        "b.sql",
        "-- b\n--\n-- revision: b\n-- down_revision: a\n\n-- migrate:up\n\n-- migrate:down\n",
    );
    let refused = bench.lock().expect_err("an edit and an empty draft");
    insta::assert_snapshot!(texts(&refused));
    assert_eq!(bench.lock_text(), before);
}

/// A line that cannot be read may be the one that protects a locked revision.
#[test]
fn lock_writes_nothing_over_what_it_cannot_read() {
    let bench = Bench::sqlite();
    bench.file("a", "none");
    bench.file("b", "a");
    bench.lock().expect("locked");
    let good = bench.lock_text();
    let (up, down) = ("  up v1:sha256:", "  down v1:sha256:");
    let broken = [
        good.replace("\na locked", "\na lokced"),
        good.replacen(up, "  up v1:sha257:", 1),
        good.replacen(down, "  down v1:sha256:zz", 1),
        good.replace("a locked down_revision:none file:a.sql\n", ""),
        format!("{good}released v1 a b c\n"),
        format!("{good}<<<<<<< ours\nc lokced\n=======\n>>>>>>> theirs\n"),
    ];
    let mut said = String::new();
    for text in broken {
        assert_ne!(text, good);
        bench.write("revisions.lock", &text);
        let refused = bench.lock().expect_err("a line that cannot be read");
        assert_eq!(bench.lock_text(), text, "nothing is written");
        said.push_str(&texts(&refused));
        said.push_str("\n\n");
    }
    fs::write(bench.path("revisions.lock"), b"format 1\n\xff\n").expect("a file");
    said.push_str(&texts(&bench.lock().expect_err("no text")));
    insta::assert_snapshot!(said);
}

#[test]
fn lock_check_says_what_would_change_and_writes_nothing() {
    let bench = Bench::sqlite();
    bench.file("a", "none");
    let options = LockOptions {
        write: WriteLock::Check,
        ..LockOptions::default()
    };
    let outcome = bench.lock_with(options).expect("fine");
    assert_eq!(
        (outcome.change, outcome.locked),
        (LockChange::New, vec![id("a")])
    );
    assert_eq!(bench.files(), ["a.sql"]);
}

#[test]
fn amend_accepts_an_edit_and_names_the_releases_that_have_the_old_one() {
    let bench = Bench::sqlite();
    bench.file("a", "none");
    bench.file("b", "a");
    bench
        .lock_with(LockOptions {
            release: Some("v1".into()),
            ..LockOptions::default()
        })
        .expect("released");
    bench.file("c", "b");
    bench
        .lock_with(LockOptions {
            release: Some("v2".into()),
            ..LockOptions::default()
        })
        .expect("released");
    let edited = fs::read_to_string(bench.path("b.sql"))
        .expect("a file")
        .replace("INTEGER", "TEXT");
    bench.write("b.sql", &edited);
    bench.lock().expect_err("edited");
    let options = LockOptions {
        amend: vec![id("b")],
        ..LockOptions::default()
    };
    let outcome = bench.lock_with(options.clone()).expect("amended");
    assert_eq!(outcome.amended.len(), 1);
    assert_eq!(outcome.amended[0].releases, ["v1", "v2"]);
    assert_eq!(bench.strict(), []);
    // A vanished one, too: its child must be gone before.
    fs::remove_file(bench.path("c.sql")).expect("removed");
    fs::remove_file(bench.path("b.sql")).expect("removed");
    bench.lock().expect_err("vanished");
    let both = LockOptions {
        amend: vec![id("b"), id("c")],
        ..options
    };
    let outcome = bench.lock_with(both).expect("amended");
    assert_eq!(outcome.dropped, ["b", "c"]);
    assert!(bench.lock_text().contains("released v2 c\n"));
}

#[test]
fn releases_are_marked_once() {
    let bench = Bench::sqlite();
    let release = |tag: &str| {
        bench.lock_with(LockOptions {
            release: Some(tag.into()),
            ..LockOptions::default()
        })
    };
    assert!(
        texts(&release("v1").expect_err("nothing to release")).contains("no revision to release")
    );
    bench.file("a", "none");
    release("v1").expect("released");
    assert!(texts(&release("v1").expect_err("again")).contains("marked already"));
    assert!(texts(&release("v 2").expect_err("a blank")).contains("cannot be the tag"));
}

#[test]
fn a_draft_that_was_edited_needs_no_command() {
    let bench = Bench::sqlite();
    bench.file("a", "none");
    bench.file("b", "none");
    bench.write(
        "revisions.lock",
        "format 1\na draft down_revision:none file:a.sql\nb draft down_revision:none file:b.sql\n",
    );
    bench.file("b", "a");
    let loaded = load(
        &bench.project(),
        LoadMode::strict(DialectSet::one(Dialect::Sqlite)),
    );
    assert_eq!(loaded.diagnostics, []);
}

#[test]
fn what_is_listed_agrees_with_the_loaded_set() {
    let bench = Bench::sqlite();
    bench.file("a", "none");
    bench.file("b", "a");
    bench.lock().expect("locked");
    new_revision(&bench.load(), &new("a draft", "c", &["b"]), now()).expect("written");
    let listed_set = listed(&bench.project(), Dialect::Sqlite).expect("enough to be sure");
    let set = load(
        &bench.project(),
        LoadMode::strict(DialectSet::one(Dialect::Sqlite)),
    )
    .migrations()
    .expect("a set");
    let heads = set.effective_heads(Dialect::Sqlite).expect("heads");
    assert_eq!(listed_set.len().expect("a set"), 3);
    let listed_heads = listed_set.effective_heads(Dialect::Sqlite).expect("heads");
    assert_eq!(listed_heads.len(), 1);
    assert_eq!(listed_heads[0].id, heads[0].id);
    assert_eq!(listed_heads[0].chain, heads[0].chain);
    bench.file("d", "c");
    assert!(
        listed(&bench.project(), Dialect::Sqlite).is_none(),
        "a file that is not listed"
    );
}

#[test]
fn fixtures_with_locked_revisions_have_a_lock_file_of_this_format() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/project");
    for name in [
        "edited_section",
        "edited_header",
        "locked_revision_lost",
        "locked_section_added",
    ] {
        let text = fs::read_to_string(root.join(name).join("migrations/revisions.lock"))
            .expect("a lock file");
        let (lock, findings) = LockFile::parse(name, &text);
        assert_eq!(findings, []);
        assert_eq!(lock.to_string(), text);
    }
}

#[test]
fn a_line_never_moves_because_another_is_added() {
    let bench = Bench::sqlite();
    for (id, down) in [
        ("m", "none"),
        ("z", "m"),
        ("a", "z"),
        ("k", "m"),
        ("b", "k, a"),
    ] {
        bench.file(id, down);
        let before = bench
            .files()
            .contains(&"revisions.lock".to_owned())
            .then(|| bench.lock_text());
        bench.lock().expect("locked");
        assert!(
            bench.lock_text().starts_with(&before.unwrap_or_default()),
            "{}",
            bench.lock_text()
        );
    }
}

#[test]
fn texts_follow_a_template_for_each_kind_of_revision() {
    let bench = Bench::new(
        "[migrations]\ndialects = [\"sqlite\", \"postgres\"]\n\
         revision_template = { plain = \"plain.sql\", merge = \"merge.sql\", autogenerate = \"auto.sql\" }\n",
    );
    for (name, text) in [
        (
            "plain.sql",
            "-- {message}\n--\n-- Reviewed by: \n--\n{header}\n\n-- migrate:up\n-- {{json}}\n\n-- migrate:down\n",
        ),
        (
            "merge.sql",
            "-- {message}\n--\n-- revision: {revision}\n-- down_revision: {down_revision}\n-- branch_labels: {branch_labels}\n\
             -- depends_on: {depends_on}\n-- created: {created}\n",
        ),
        (
            "auto.sql",
            "-- {message}\n--\n-- Ticket {x.ticket}\n--\n{header}\n\n-- generated\n\n{sections}\n",
        ),
    ] {
        fs::write(bench.dir.path().join(name), text).expect("a template");
    }
    let mut texts = Vec::new();
    let mut write = |order: NewRevision| {
        let written = new_revision(&bench.load(), &order, now()).expect("written");
        texts.push(written.text);
    };
    write(new("plain", "a", &[]));
    write(NewRevision {
        sections: vec![NewSection {
            direction: Direction::Up,
            dialects: DialectSet::EMPTY,
            text: "CREATE TABLE t (a INTEGER);\n".to_owned(),
            transactional: true,
        }],
        depends_on: vec!["a".to_owned()],
        arguments: [("ticket".to_owned(), "SHOP-12".to_owned())].into(),
        ..new("generated", "b", &[])
    });
    write(new("a merge", "c", &["a", "b"]));
    insta::assert_snapshot!(texts.join("=====\n"));
    assert!(!bench.load().has_errors());
}

#[test]
fn what_a_template_cannot_be() {
    let cases = [
        ("unknown token", "-- {mesage}\n--\n{header}\n"),
        (
            "a brace alone",
            "-- {message}\n--\n{header}\n\n-- migrate:up\nSELECT '{';\n",
        ),
        ("no header", "-- {message}\n\n-- migrate:up\n"),
        (
            "other keys",
            "-- {message}\n--\n-- revision: {revision}\n-- down_revision: none\n",
        ),
        ("no message", "{header}\n\n{sections}\n"),
        (
            "an argument that is not given",
            "-- {message}\n--\n-- {x.ticket}\n--\n{header}\n",
        ),
    ];
    let bench = Bench::new("[migrations]\nrevision_template = \"t.sql\"\n");
    bench.file("a", "none");
    bench.lock().expect("locked");
    let order = new("add x", "b", &["a"]);
    let before = (bench.files(), bench.lock_text());
    let refused = new_revision(&bench.load(), &order, now()).expect_err("no file");
    let mut said = vec![format!("# no file\n{}", texts(&refused))];
    for (name, text) in cases {
        fs::write(bench.dir.path().join("t.sql"), text).expect("a template");
        let refused = new_revision(&bench.load(), &order, now()).expect_err(name);
        said.push(format!("# {name}\n{}", texts(&refused)));
    }
    insta::assert_snapshot!(said.join("\n\n"));
    assert_eq!(
        before,
        (bench.files(), bench.lock_text()),
        "nothing was written"
    );
}
