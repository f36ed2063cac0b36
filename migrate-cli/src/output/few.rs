//! Of many findings the first: a directory with a thousand mistakes is mended one kind at a time.

use std::collections::BTreeSet;

use migrate_core::text::Diagnostic;

use super::Volume;
use super::page::grouped;

/// The findings that are shown to a person.
pub(crate) struct Few<'d> {
    pub(crate) shown: Vec<&'d Diagnostic>,
    hidden: usize,
}

impl<'d> Few<'d> {
    /// So many errors are read before one begins to mend.
    pub(crate) const ERRORS: usize = 20;

    /// The first `most` of them, and of every kind the first one; all of them when `-v` was given, or when no more than
    /// one would be left out.
    pub(crate) fn of(
        findings: impl IntoIterator<Item = &'d Diagnostic>,
        most: usize,
        volume: Volume,
    ) -> Self {
        let all: Vec<&Diagnostic> = findings.into_iter().collect();
        let mut kinds = BTreeSet::new();
        let is_shown = |(place, finding): (usize, &&Diagnostic)| {
            let is_first = kinds.insert(finding.class.name());
            is_first || place < most
        };
        let is_shown: Vec<bool> = all.iter().enumerate().map(is_shown).collect();
        let hidden = is_shown.iter().filter(|shown| !**shown).count();
        if hidden < 2 || volume == Volume::Verbose {
            return Self {
                shown: all,
                hidden: 0,
            };
        }
        let shown = all.into_iter().zip(is_shown);
        Self {
            shown: shown
                .filter_map(|(finding, shown)| shown.then_some(finding))
                .collect(),
            hidden,
        }
    }

    /// `1,980 more like these, `-v` shows them`, where some are left out.
    pub(crate) fn rest(&self) -> Option<String> {
        let more = grouped(self.hidden);
        (self.hidden > 0).then(|| format!("{more} more like these, `-v` shows them"))
    }
}

#[cfg(test)]
mod tests {
    use migrate_core::text::diagnostic::Class;

    use super::*;

    fn findings(classes: &[(Class, usize)]) -> Vec<Diagnostic> {
        let all = classes
            .iter()
            .flat_map(|(class, count)| std::iter::repeat_n(*class, *count));
        all.map(|class| Diagnostic::error(class, "x")).collect()
    }

    #[test]
    fn the_first_and_of_every_kind_one() {
        let cases = [
            (vec![(Class::Draft, 4)], Volume::Normal, 4, None),
            (vec![(Class::Draft, 5)], Volume::Normal, 3, Some("2 more")),
            (vec![(Class::Draft, 5)], Volume::Verbose, 5, None),
            (
                vec![(Class::Draft, 1500), (Class::Cycle, 1), (Class::Gap, 500)],
                Volume::Normal,
                5,
                Some("1,996 more"),
            ),
        ];
        for (classes, volume, shown, rest) in cases {
            let findings = findings(&classes);
            let few = Few::of(&findings, 3, volume);
            assert_eq!(few.shown.len(), shown, "{classes:?}");
            let said = few.rest();
            assert_eq!(
                said.as_deref().and_then(|it| it.split(" like").next()),
                rest
            );
        }
    }
}
