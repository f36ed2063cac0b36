//! Sequences (MariaDB).

use super::name::name;
use crate::model::schema::{Sequence, SequenceOptions};

/// What MariaDB takes when nothing is said.
const CACHE: i64 = 1000;

/// `CREATE SEQUENCE`, with what is not the server's way anyway.
pub(super) fn create(sequence: &Sequence) -> String {
    let options = &sequence.options;
    let up = options.increment >= 0;
    let (minimum, maximum) = if up {
        (1, i64::MAX - 1)
    } else {
        (i64::MIN + 1, -1)
    };
    let usual = SequenceOptions {
        start: if up { options.minimum } else { options.maximum },
        increment: 1,
        minimum,
        maximum,
        cache: CACHE,
        cycle: false,
        ..SequenceOptions::of("bigint")
    };
    let words = differing(&usual, options);
    format!("CREATE SEQUENCE {}{words}", name(&sequence.name))
}

/// `ALTER SEQUENCE`, which leaves it where it stands.
pub(super) fn alter(before: &Sequence, after: &Sequence) -> String {
    let words = differing(&before.options, &after.options);
    format!("ALTER SEQUENCE {}{words}", name(&after.name))
}

fn differing(before: &SequenceOptions, after: &SequenceOptions) -> String {
    let numbers = [
        ("START WITH", before.start, after.start),
        ("INCREMENT BY", before.increment, after.increment),
        ("MINVALUE", before.minimum, after.minimum),
        ("MAXVALUE", before.maximum, after.maximum),
        ("CACHE", before.cache, after.cache),
    ];
    let mut words = String::new();
    for (word, before, after) in numbers {
        if before != after {
            words.push_str(&format!(" {word} {after}"));
        }
    }
    match (before.cycle, after.cycle) {
        (false, true) => words.push_str(" CYCLE"),
        (true, false) => words.push_str(" NOCYCLE"),
        _ => {}
    }
    words
}
