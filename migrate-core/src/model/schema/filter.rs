//! Which objects are looked at.

use std::collections::BTreeSet;

use super::{Name, Namespace, Schema};

/// Which objects are looked at. The default is all of them, without grants.
///
/// ```
/// use migrate_core::model::schema::{Filter, Name, Pattern};
///
/// let filter = Filter {
///     exclude: vec![Pattern::new("spatial_ref_sys"), Pattern::new("audit.*")],
///     ..Filter::default()
/// };
/// assert!(filter.takes(&Name::bare("users"), "public"));
/// assert!(!filter.takes(&Name::qualified("audit", "log"), "public"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// Only what matches one of these; everything when there are none.
    pub include: Vec<Pattern>,
    /// Not what matches one of these.
    pub exclude: Vec<Pattern>,
    /// Only what lives in the default schema or in one of these; in any when it is `None` (PostgreSQL).
    pub namespaces: Option<Vec<String>>,
    /// Whether grants are read too.
    pub grants: bool,
}

/// The name of objects, with `*` for any number of characters and `?` for one.
///
/// With a dot it is schema and name, without one it is a name in any schema. What belongs to a table goes with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(String);

impl Pattern {
    /// The pattern of this text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Whether it is the pattern of this object.
    pub fn matches(&self, name: &Name, default_namespace: &str) -> bool {
        if self.0.contains('.') {
            let schema = name.schema.as_deref().unwrap_or(default_namespace);
            like(
                self.0.as_bytes(),
                format!("{schema}.{}", name.name).as_bytes(),
            )
        } else {
            like(self.0.as_bytes(), name.name.as_bytes())
        }
    }
}

impl Pattern {
    /// Whether it is the pattern of everything in a schema: `audit.*`.
    fn is_all_of(&self, namespace: &str) -> bool {
        let schema = self.0.strip_suffix(".*");
        schema.is_some_and(|schema| like(schema.as_bytes(), namespace.as_bytes()))
    }

    /// Whether it is the pattern of anything in a schema that it names: `audit.log_*`.
    fn speaks_of(&self, namespace: &str) -> bool {
        let schema = self.0.split_once('.').map(|(schema, _)| schema);
        schema.is_some_and(|schema| like(schema.as_bytes(), namespace.as_bytes()))
    }
}

impl std::fmt::Display for Pattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.0)
    }
}

/// Whether a text is what a pattern says. It goes back to the last `*` only, so it takes no more than the product of
/// both lengths.
fn like(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(b'?') => {
                // One character may be several bytes.
                t += 1;
                while text.get(t).is_some_and(|byte| byte & 0xc0 == 0x80) {
                    t += 1;
                }
                p += 1;
            }
            Some(byte) if *byte == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    p = at + 1;
                    t = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|byte| *byte == b'*')
}

impl Filter {
    /// Whether an object with this name is looked at.
    pub fn takes(&self, name: &Name, default_namespace: &str) -> bool {
        let matches = |pattern: &Pattern| pattern.matches(name, default_namespace);
        self.takes_namespace(name.schema.as_deref())
            && (self.include.is_empty() || self.include.iter().any(matches))
            && !self.exclude.iter().any(matches)
    }

    /// Whether objects of a schema are looked at; `None` is the default one.
    pub fn takes_namespace(&self, namespace: Option<&str>) -> bool {
        match (&self.namespaces, namespace) {
            (None, _) | (_, None) => true,
            (Some(listed), Some(namespace)) => listed.iter().any(|it| it == namespace),
        }
    }

    /// Whether a schema itself is looked at: not one that is excluded as a whole; with an include, one that it names, or
    /// in which something is looked at, as `used` says.
    fn takes_schema(&self, name: &str, used: &BTreeSet<String>) -> bool {
        let is_excluded = self.exclude.iter().any(|it| it.is_all_of(name));
        let is_included =
            || used.contains(name) || self.include.iter().any(|it| it.speaks_of(name));
        self.takes_namespace(Some(name))
            && !is_excluded
            && (self.include.is_empty() || is_included())
    }

    /// Takes out what is not looked at.
    pub fn apply(&self, schema: &mut Schema) {
        let Schema {
            default_namespace, ..
        } = schema;
        let default = default_namespace.clone();
        let takes = |name: &Name| self.takes(name, &default);
        schema.extensions.retain(|it| {
            takes(&Name {
                schema: it.namespace.clone(),
                name: it.name.clone(),
            })
        });
        schema.enums.retain(|it| takes(&it.name));
        schema.domains.retain(|it| takes(&it.name));
        schema.composites.retain(|it| takes(&it.name));
        schema.tables.retain(|it| takes(&it.name));
        let tables = &schema.tables;
        schema.sequences.retain(|it| match &it.owned_by {
            Some((table, _)) => tables.contains(table),
            None => takes(&it.name),
        });
        schema.views.retain(|it| takes(&it.name));
        schema.materialized_views.retain(|it| takes(&it.name));
        schema.functions.retain(|it| takes(&it.name));
        schema.triggers.retain(|it| takes(&it.table));
        schema
            .others
            .retain(|it| takes(it.id.table.as_ref().unwrap_or(&it.id.name)));
        for rights in [&mut schema.grants, &mut schema.rights] {
            rights.retain(|it| takes(it.object.table.as_ref().unwrap_or(&it.object.name)));
        }
        let used = namespaces_of(schema);
        let takes_schema = |it: &Namespace| self.takes_schema(&it.name, &used);
        schema.namespaces.retain(takes_schema);
    }
}

/// The schemas in which something lives, besides the default one.
fn namespaces_of(schema: &Schema) -> BTreeSet<String> {
    let types = (schema.enums.iter().map(|it| &it.name))
        .chain(schema.domains.iter().map(|it| &it.name))
        .chain(schema.composites.iter().map(|it| &it.name));
    let views = (schema.views.iter().map(|it| &it.name))
        .chain(schema.materialized_views.iter().map(|it| &it.name));
    let others = (schema.tables.iter().map(|it| &it.name))
        .chain(schema.sequences.iter().map(|it| &it.name))
        .chain(schema.functions.iter().map(|it| &it.name))
        .chain(schema.others.iter().map(|it| &it.id.name));
    let names = types.chain(views).chain(others);
    names.filter_map(|name| name.schema.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::Table;
    use super::*;
    use crate::text::Dialect;

    #[test]
    fn patterns() {
        let cases = [
            ("users", "users", true),
            ("users", "users2", false),
            ("user*", "users", true),
            ("*_log", "audit_log", true),
            ("*_log", "audit_logs", false),
            ("a*b*c", "aXXbYYc", true),
            ("a*b*c", "aXXcYYb", false),
            ("?", "ä", true),
            ("??", "ä", false),
            ("*", "", true),
            ("public.*", "users", true),
            ("app.*", "users", false),
        ];
        for (pattern, name, expected) in cases {
            let found = Pattern::new(pattern).matches(&Name::bare(name), "public");
            assert_eq!(found, expected, "{pattern} {name}");
        }
    }

    /// A schema goes with everything in it, and never alone.
    #[test]
    fn schemas() {
        let patterns = |texts: &[&str]| texts.iter().map(|it| Pattern::new(*it)).collect();
        let cases: [(&[&str], &[&str], &str); 7] = [
            (&[], &[], "app audit"),
            (&[], &["audit.*"], "app"),
            (&[], &["a*.*"], ""),
            // What is left of it is looked at.
            (&[], &["audit.log_*"], "app audit"),
            (&["app.*"], &[], "app"),
            (&["audit.log_*"], &[], "audit"),
            // A name in any schema: where there is one.
            (&["users"], &[], "app"),
        ];
        for (include, exclude, expected) in cases {
            let mut schema = Schema::new(Dialect::Postgres, "public");
            for name in ["app", "audit"] {
                schema.namespaces.insert(Namespace {
                    name: name.to_owned(),
                    comment: None,
                });
            }
            let users = Name::qualified("app", "users");
            schema.tables.insert(Table::new(Dialect::Postgres, users));
            let filter = Filter {
                include: patterns(include),
                exclude: patterns(exclude),
                ..Filter::default()
            };
            filter.apply(&mut schema);
            let names: Vec<&str> = schema
                .namespaces
                .iter()
                .map(|it| it.name.as_str())
                .collect();
            assert_eq!(names.join(" "), expected, "{include:?} {exclude:?}");
        }
    }

    #[test]
    fn an_include_and_an_exclude() {
        let filter = Filter {
            include: vec![Pattern::new("app_*")],
            exclude: vec![Pattern::new("*_tmp")],
            ..Filter::default()
        };
        let takes = |name: &str| filter.takes(&Name::bare(name), "public");
        assert!(takes("app_users"));
        assert!(!takes("app_users_tmp"));
        assert!(!takes("users"));
    }
}
