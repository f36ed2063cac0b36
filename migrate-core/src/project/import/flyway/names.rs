//! What the names of files say to Flyway.

use super::settings::Settings;

/// What the name of a file says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Name<'a> {
    Versioned {
        version: &'a str,
        name: &'a str,
    },
    Undo {
        version: &'a str,
    },
    Repeatable {
        name: &'a str,
    },
    /// Stands for everything up to its version on a database that has nothing yet.
    Baseline {
        version: &'a str,
        name: &'a str,
    },
    /// `V1__name.sql.conf`, read with its script.
    Configuration,
    Callback,
    /// Not by these names.
    Other,
    /// Not a kind of file that Flyway reads.
    Foreign,
}

/// The kinds of files that hold migrations written in a language.
const PROGRAMS: [(&str, &str); 5] = [
    ("java", "Java"),
    ("kt", "Kotlin"),
    ("groovy", "Groovy"),
    ("py", "Python"),
    ("sh", "shell"),
];

/// The language of a migration that is a program.
pub(super) fn language(file: &str) -> Option<&'static str> {
    let (_, extension) = file.rsplit_once('.')?;
    let found = PROGRAMS.iter().find(|(other, _)| *other == extension);
    found.map(|(_, language)| *language)
}

impl Settings {
    pub(super) fn name<'a>(&self, file: &'a str) -> Name<'a> {
        if self
            .suffix(file.strip_suffix(".conf").unwrap_or_default())
            .is_some()
        {
            return Name::Configuration;
        }
        let stem = match (self.suffix(file), file.rsplit_once('.')) {
            (Some(suffix), _) => &file[..file.len() - suffix.len()],
            (None, Some((stem, _))) if language(file).is_some() => stem,
            _ => return Name::Foreign,
        };
        let separator = self.separator.as_str();
        let after = |prefix: &str| stem.strip_prefix(prefix);
        let versioned = |prefix: &str| {
            let rest = after(prefix)?;
            let (version, name) = rest.split_once(separator).unwrap_or((rest, ""));
            is_version(version).then_some((version, name))
        };
        if let Some((version, name)) = versioned(&self.versioned) {
            return Name::Versioned { version, name };
        }
        if let Some((version, _)) = versioned(&self.undo) {
            return Name::Undo { version };
        }
        if let Some((version, name)) = versioned(&self.baseline) {
            return Name::Baseline { version, name };
        }
        let repeatable = after(&self.repeatable).and_then(|rest| rest.strip_prefix(separator));
        match repeatable {
            Some(name) => Name::Repeatable { name },
            // `beforeMigrate.sql`, `afterEachMigrate__log.sql`, `createSchema.sql`
            None if ["before", "after", "createSchema"]
                .iter()
                .any(|word| stem.starts_with(word)) =>
            {
                Name::Callback
            }
            None => Name::Other,
        }
    }

    /// The suffix of migrations that a file has.
    fn suffix(&self, file: &str) -> Option<&str> {
        let mut suffixes = self.suffixes.iter().map(String::as_str);
        suffixes.find(|suffix| file.ends_with(suffix))
    }

    /// The names that are in force, for messages.
    pub(super) fn shown(&self) -> String {
        let suffix = self.suffixes.first().map_or(".sql", String::as_str);
        let separator = &self.separator;
        [
            format!("{}1{separator}name{suffix}", self.versioned),
            format!("{}1{separator}name{suffix}", self.undo),
            format!("{}{separator}name{suffix}", self.repeatable),
        ]
        .join(", ")
    }
}

fn is_version(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_by_prefix_separator_and_suffix() {
        let usual = Settings::default();
        let own = Settings {
            versioned: "db_".to_owned(),
            undo: "back_".to_owned(),
            separator: "--".to_owned(),
            suffixes: vec![".up".to_owned(), ".pgsql".to_owned()],
            ..Settings::default()
        };
        for (settings, file, expected) in [
            (
                &usual,
                "V1_2__a__b.sql",
                Name::Versioned {
                    version: "1_2",
                    name: "a__b",
                },
            ),
            (
                &usual,
                "V1.sql",
                Name::Versioned {
                    version: "1",
                    name: "",
                },
            ),
            (
                &usual,
                "V1__a.java",
                Name::Versioned {
                    version: "1",
                    name: "a",
                },
            ),
            (&usual, "U1.2__a.sql", Name::Undo { version: "1.2" }),
            (&usual, "R__a view.sql", Name::Repeatable { name: "a view" }),
            (
                &usual,
                "B7__all.sql",
                Name::Baseline {
                    version: "7",
                    name: "all",
                },
            ),
            (&usual, "V1__a.sql.conf", Name::Configuration),
            (&usual, "afterMigrate.sql", Name::Callback),
            (&usual, "beforeEachMigrate__log.sql", Name::Callback),
            (&usual, "V1_a.sql", Name::Other),
            (&usual, "Vx__a.sql", Name::Other),
            (&usual, "1__a.sql", Name::Other),
            (&usual, "R_a.sql", Name::Other),
            (&usual, "V1__a.txt", Name::Foreign),
            (&usual, "README", Name::Foreign),
            (
                &own,
                "db_1--a.up",
                Name::Versioned {
                    version: "1",
                    name: "a",
                },
            ),
            (
                &own,
                "db_1.1--a__b.pgsql",
                Name::Versioned {
                    version: "1.1",
                    name: "a__b",
                },
            ),
            (&own, "back_1--a.up", Name::Undo { version: "1" }),
            (&own, "R--a.pgsql", Name::Repeatable { name: "a" }),
            (&own, "V1__a.sql", Name::Foreign),
            (&own, "V1__a.up", Name::Other),
        ] {
            assert_eq!(settings.name(file), expected, "{file}");
        }
    }
}
