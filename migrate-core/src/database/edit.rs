//! What an edit that is accepted changes: the recorded row beside the new one, and the down sections line by line.
//!
//! Of an up section only the digest is recorded, so of that no more can be shown.

use super::mask::mask;
use super::report::Change;
use super::state::Record;
use crate::text::{Dialect, RevisionId};

/// The longest pair of texts that is compared line by line: the product of their lines.
const LONGEST: usize = 1_000_000;

/// How many equal lines are shown beside a change.
const AROUND: usize = 3;

/// What differs between the row as it is recorded and as it will be; `down` are the down sections of both.
pub(crate) fn changes(
    before: &Record,
    after: &Record,
    down: (Option<&str>, Option<&str>),
    dialect: Dialect,
) -> Vec<Change> {
    let ids = |ids: &[RevisionId]| match ids {
        [] => "none".to_owned(),
        ids => ids
            .iter()
            .map(RevisionId::as_str)
            .collect::<Vec<_>>()
            .join(", "),
    };
    let plain = [
        ("message", before.message.clone(), after.message.clone()),
        ("down_revision", ids(&before.parents), ids(&after.parents)),
        (
            "depends_on",
            ids(&before.depends_on),
            ids(&after.depends_on),
        ),
        ("up", before.digest.to_string(), after.digest.to_string()),
        (
            "down",
            before.down_digest.to_string(),
            after.down_digest.to_string(),
        ),
    ];
    let text = |section: Option<&str>| mask(section.unwrap_or_default(), dialect);
    plain
        .into_iter()
        .filter(|(_, before, after)| before != after)
        .map(|(what, before, after)| Change {
            lines: if what == "down" {
                lines(&text(down.0), &text(down.1))
            } else {
                Vec::new()
            },
            what,
            before,
            after,
        })
        .collect()
}

/// Two texts as one list of lines: `- ` gone, `+ ` new, two blanks for those that stay; long runs of these are left out.
fn lines(before: &str, after: &str) -> Vec<String> {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let same = if old.len().saturating_mul(new.len()) <= LONGEST {
        common(&old, &new)
    } else {
        Vec::new()
    };
    let mut all = Vec::with_capacity(old.len() + new.len());
    let (mut left, mut right) = (0, 0);
    for (in_old, in_new) in same.into_iter().chain([(old.len(), new.len())]) {
        all.extend(old[left..in_old].iter().map(|line| ('-', *line)));
        all.extend(new[right..in_new].iter().map(|line| ('+', *line)));
        all.extend(old.get(in_old).map(|line| (' ', *line)));
        (left, right) = (in_old + 1, in_new + 1);
    }
    let near = |place: usize| {
        let from = place.saturating_sub(AROUND);
        let to = (place + AROUND + 1).min(all.len());
        all[from..to].iter().any(|(sign, _)| *sign != ' ')
    };
    let mut shown = Vec::new();
    let mut skipped = false;
    for (place, (sign, line)) in all.iter().enumerate() {
        if near(place) {
            shown.push(format!("{sign} {line}").trim_end().to_owned());
            skipped = false;
        } else if !skipped {
            shown.push("  ..".to_owned());
            skipped = true;
        }
    }
    shown
}

/// The places of a longest common subsequence.
fn common(old: &[&str], new: &[&str]) -> Vec<(usize, usize)> {
    let width = new.len() + 1;
    let mut longest = vec![0_u32; (old.len() + 1) * width];
    for left in (0..old.len()).rev() {
        for right in (0..new.len()).rev() {
            longest[left * width + right] = if old[left] == new[right] {
                longest[(left + 1) * width + right + 1] + 1
            } else {
                longest[(left + 1) * width + right].max(longest[left * width + right + 1])
            };
        }
    }
    let mut places = Vec::new();
    let (mut left, mut right) = (0, 0);
    while left < old.len() && right < new.len() {
        if old[left] == new[right] {
            places.push((left, right));
            (left, right) = (left + 1, right + 1);
        } else if longest[(left + 1) * width + right] >= longest[left * width + right + 1] {
            left += 1;
        } else {
            right += 1;
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_go_come_and_stay() {
        let cases: [(&str, &str, &[&str]); 6] = [
            ("", "", &[]),
            ("a", "a", &["  .."]),
            ("", "a\nb", &["+ a", "+ b"]),
            ("a\nb", "", &["- a", "- b"]),
            (
                "a\nb\nc",
                "a\nx\nc\nd",
                &["  a", "- b", "+ x", "  c", "+ d"],
            ),
            (
                "1\n2\n3\n4\n5\n6\nold",
                "1\n2\n3\n4\n5\n6\nnew",
                &["  ..", "  4", "  5", "  6", "- old", "+ new"],
            ),
        ];
        for (before, after, expected) in cases {
            assert_eq!(lines(before, after), expected, "{before:?} {after:?}");
        }
    }

    #[test]
    fn secrets_are_masked() {
        let row = |digest| Record {
            down_digest: crate::text::Digest::of([digest]),
            ..Record::unknown(RevisionId::new("a").expect("an id"))
        };
        let changed = changes(
            &row(b"1"),
            &row(b"2"),
            (
                Some("ALTER USER a IDENTIFIED BY 'hunter2';"),
                Some("DROP USER a;"),
            ),
            Dialect::Mysql,
        );
        let [down] = changed.as_slice() else {
            panic!("{changed:?}");
        };
        assert_eq!(down.lines.len(), 2);
        assert!(!format!("{down:?}").contains("hunter2"), "{down:?}");
    }
}
