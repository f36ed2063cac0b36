//! A way back that was changed after it was applied: the database learns of it at the next upgrade, or by `repair`.

use migrate::{Database, Migrations, Repair, Run};

use crate::chain::{Chain, block_on};
use crate::servers::{self, TestDatabase};

const FIRST: (&str, &str) = ("CREATE TABLE a (b INTEGER);", "DROP TABLE a;");
const MENDED: (&str, &str) = (
    "CREATE TABLE a (b INTEGER);",
    "DELETE FROM a;\nDROP TABLE a;",
);
const SECOND: (&str, &str) = ("CREATE TABLE c (d INTEGER);", "DROP TABLE c;");

fn set(dialect: &str, sections: &[(&str, &str)]) -> Migrations {
    Chain::of(&format!("\"{dialect}\""), sections).migrations()
}

/// The way back of `r1` as it is recorded.
fn recorded(place: &TestDatabase) -> String {
    let text = place.sql("SELECT down_section FROM schema_revisions WHERE revision = 'r1'");
    // The clients write line breaks in their own ways.
    text.replace("\\n", "\n").trim().to_owned()
}

#[test]
fn a_changed_down_section_is_recorded_anew_by_the_next_upgrade_and_not_before() {
    for server in servers::each() {
        let kind = server.name();
        let place = server.database("renewed");
        let database: Database = place.url().parse().expect("a URL");
        let upgrade = |set: &Migrations| block_on(set.run(&database, Run::upgrade("head")));
        upgrade(&set(kind, &[FIRST])).unwrap_or_else(|failure| panic!("{kind}: {failure}"));
        let before = recorded(&place);

        // At head nothing is written.
        let mended = set(kind, &[MENDED]);
        let report = upgrade(&mended).unwrap_or_else(|failure| panic!("{kind}: {failure}"));
        assert!(
            report.is_up_to_date() && report.warnings.is_empty(),
            "{kind}"
        );
        assert_eq!(recorded(&place), before, "{kind}");

        let report = upgrade(&set(kind, &[MENDED, SECOND]));
        let report = report.unwrap_or_else(|failure| panic!("{kind}: {failure}"));
        assert_eq!(
            report.warnings,
            ["the down section of r1 was changed since it was applied; it is recorded anew"],
            "{kind}"
        );
        assert!(
            recorded(&place).contains("DELETE FROM a;"),
            "{kind}: {}",
            recorded(&place)
        );

        // A release that does not know r2 takes both back by what is recorded now.
        let stored = Run::downgrade("base").stored();
        let report = block_on(set(kind, &[FIRST]).run(&database, stored));
        let report = report.unwrap_or_else(|failure| panic!("{kind}: {failure}"));
        assert_eq!(report.steps.len(), 2, "{kind}");
        assert_eq!(place.schema(), Vec::<String>::new(), "{kind}");
    }
}

#[test]
fn an_older_release_does_not_put_an_old_way_back_in_place() {
    let Some(server) = servers::sqlite() else {
        return;
    };
    let place = server.database("not_renewed");
    let database: Database = place.url().parse().expect("a URL");
    let run = |set: &Migrations, run: Run| {
        block_on(set.run(&database, run)).unwrap_or_else(|failure| panic!("{failure}"))
    };
    run(&set("sqlite", &[MENDED, SECOND]), Run::upgrade("head"));
    let before = recorded(&place);
    let old = set("sqlite", &[FIRST]);
    run(&old, Run::startup());
    run(&old, Run::downgrade("-1").stored());
    assert_eq!(recorded(&place), before);
}

#[test]
fn repair_records_it_anew_at_once() {
    for server in servers::each() {
        let kind = server.name();
        let place = server.database("repaired");
        let database: Database = place.url().parse().expect("a URL");
        block_on(set(kind, &[FIRST]).upgrade(&database, "head")).expect("an upgrade");
        let repair = Repair::accept_edit("r1");
        let report = block_on(set(kind, &[MENDED]).repair(&database, repair));
        let report = report.unwrap_or_else(|failure| panic!("{kind}: {failure}"));
        assert_eq!(report.steps.len(), 1, "{kind}");
        assert!(recorded(&place).contains("DELETE FROM a;"), "{kind}");
    }
}

/// A downgrade by the files that stops half way has recorded what it runs, and so has a repair that goes on with another
/// text: `redo` and `--stored` compare section and digest.
#[test]
fn a_way_back_that_stopped_half_way_is_recorded_as_it_runs() {
    let half = |last: &str| format!("! transaction:false\nDELETE FROM a;\n{last};\nDROP TABLE a;");
    let (stops, goes_on) = (half("DROP TABLE nothing"), half("DELETE FROM a"));
    for server in servers::each() {
        let kind = server.name();
        let place = server.database("half");
        let database: Database = place.url().parse().expect("a URL");
        block_on(set(kind, &[FIRST]).upgrade(&database, "head")).expect("an upgrade");
        let stopping = set(kind, &[(FIRST.0, &stops)]);
        let failure = block_on(stopping.run(&database, Run::downgrade("base")));
        assert!(failure.is_err(), "{kind}");
        let text = recorded(&place);
        assert!(text.contains("DROP TABLE nothing;"), "{kind}: {text}");
        let going_on = set(kind, &[(FIRST.0, &goes_on)]);
        block_on(going_on.repair(&database, Repair::resume_from("r1", 2)))
            .unwrap_or_else(|failure| panic!("{kind}: {failure}"));
        let text = recorded(&place);
        assert!(!text.contains("nothing"), "{kind}: {text}");
        let report = block_on(going_on.run(&database, Run::downgrade("base")));
        let report = report.unwrap_or_else(|failure| panic!("{kind}: {failure}"));
        assert_eq!(report.heads, Vec::<String>::new(), "{kind}");
        assert_eq!(place.schema(), Vec::<String>::new(), "{kind}");
    }
}
