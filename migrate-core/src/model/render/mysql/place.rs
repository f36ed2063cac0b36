//! Where columns stand: which of them have to be moved, and behind which column.

use std::collections::HashMap;

use super::name::ident;
use crate::model::schema::Column;

/// Where a column goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place<'s> {
    /// Where it stands; a new one behind all others.
    Stays,
    /// Before all others.
    First,
    /// Behind this one.
    After(&'s str),
}

impl Place<'_> {
    /// What stands behind the definition of a column.
    pub(super) fn clause(self) -> String {
        match self {
            Self::Stays => String::new(),
            Self::First => " FIRST".to_owned(),
            Self::After(column) => format!(" AFTER {}", ident(column)),
        }
    }
}

/// The place of each column of `after`, in that order, when those of `current` are there, by the same names.
///
/// As few as possible are moved: those outside the longest run that is in order already.
pub(super) fn places<'s>(current: &[&'s str], after: &'s [Column]) -> Vec<Place<'s>> {
    let olds: HashMap<&str, usize> = current
        .iter()
        .enumerate()
        .map(|(place, name)| (*name, place))
        .collect();
    let common: Vec<usize> = after
        .iter()
        .filter_map(|it| olds.get(it.name.as_str()).copied())
        .collect();
    let kept = longest_run(&common);
    let mut now: Vec<&'s str> = current.to_vec();
    let mut places = Vec::with_capacity(after.len());
    for (number, column) in after.iter().enumerate() {
        let name = column.name.as_str();
        let old = olds.get(name);
        if old.is_some_and(|old| kept.binary_search(old).is_ok()) {
            places.push(Place::Stays);
            continue;
        }
        now.retain(|it| *it != name);
        let before = number
            .checked_sub(1)
            .map(|before| after[before].name.as_str());
        let at = before
            .and_then(|before| now.iter().position(|it| *it == before))
            .map_or(0, |at| at + 1);
        let is_last = at == now.len();
        places.push(match before {
            _ if is_last && old.is_none() => Place::Stays,
            Some(before) => Place::After(before),
            None => Place::First,
        });
        now.insert(at, name);
    }
    places
}

/// The longest rising run within a sequence, in order.
fn longest_run(numbers: &[usize]) -> Vec<usize> {
    // For each length the place of the smallest last number of a run of this length, and who stands before whom.
    let mut lasts: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(numbers.len());
    for (place, number) in numbers.iter().enumerate() {
        let length = lasts.partition_point(|last| numbers[*last] < *number);
        before.push(length.checked_sub(1).map(|shorter| lasts[shorter]));
        match lasts.get_mut(length) {
            Some(last) => *last = place,
            None => lasts.push(place),
        }
    }
    let mut run = Vec::new();
    let mut place = lasts.last().copied();
    while let Some(at) = place {
        run.push(numbers[at]);
        place = before[at];
    }
    run.reverse();
    run
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is done to the columns of the first list so that they stand as in the second.
    fn moves(current: &str, after: &str) -> Vec<String> {
        let current: Vec<&str> = current.split_whitespace().collect();
        let columns: Vec<Column> = after
            .split_whitespace()
            .map(|name| Column::new(name, "int"))
            .collect();
        let places = places(&current, &columns);
        let all = columns.iter().zip(places);
        let told = all.filter(|(column, place)| {
            *place != Place::Stays || !current.contains(&column.name.as_str())
        });
        told.map(|(column, place)| format!("{}{}", column.name, place.clause()))
            .collect()
    }

    #[test]
    fn as_few_columns_as_possible_are_moved() {
        let cases: &[(&str, &str, &[&str])] = &[
            ("a b c", "a b c", &[]),
            ("a b", "a b c", &["c"]),
            ("a b", "a c b", &["c AFTER a"]),
            ("a b", "c a b", &["c FIRST"]),
            ("a b", "a b c d", &["c", "d"]),
            ("a b", "x y a b", &["x FIRST", "y AFTER x"]),
            ("a b c", "b c a", &["a AFTER c"]),
            ("a b c", "c a b", &["c FIRST"]),
            ("a b c d", "a d b x c", &["d AFTER a", "x AFTER b"]),
            ("", "a b", &["a", "b"]),
        ];
        for (current, after, expected) in cases {
            assert_eq!(moves(current, after), *expected, "{current} -> {after}");
        }
    }
}
