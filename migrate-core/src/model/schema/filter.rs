//! Which objects are looked at.

use super::{Name, Schema};

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

    /// Takes out what is not looked at.
    pub fn apply(&self, schema: &mut Schema) {
        let Schema {
            default_namespace, ..
        } = schema;
        let default = default_namespace.clone();
        let takes = |name: &Name| self.takes(name, &default);
        schema
            .namespaces
            .retain(|it| self.takes_namespace(Some(&it.name)));
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
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
