//! `[schema]` of `migrate.toml`.

use std::ops::Range;

use super::keys::{Reader, Value};
use super::values::{Config, PerDialect};
use crate::text::Dialect;

pub(super) const KEYS: [&str; 5] = ["files", "include", "exclude", "schemas", "dump"];

const FILES: &str =
    "a list of files such as [\"schema.sql\"], or a table with one for each dialect";
const NAMES: &str = "a list of names such as [\"audit_*\"]";

impl Reader<'_> {
    pub(super) fn schema(&mut self, name: &str, value: &Value<'_>, config: &mut Config) {
        let schema = &mut config.schema;
        match name {
            "files" => schema.files = self.per_dialect(value, Self::files),
            "dump" => {
                schema.dump = self.per_dialect(value, |reader, value| {
                    Some(vec![reader.full_text(value)?.to_owned()])
                });
            }
            "include" => schema.include = self.names(value),
            "exclude" => schema.exclude = self.names(value),
            _ => schema.schemas = Some(self.names(value)),
        }
    }

    /// A value for all dialects, or a table with one for each.
    fn per_dialect(
        &mut self,
        value: &Value<'_>,
        read: impl Fn(&mut Self, &Value<'_>) -> Option<Vec<String>>,
    ) -> PerDialect {
        let mut found = PerDialect::default();
        let Some(table) = value.value.as_table() else {
            found.all = read(self, value).unwrap_or_default();
            return found;
        };
        for (name, place, entry) in self.entries(&value.key, table) {
            match name.parse::<Dialect>() {
                Ok(dialect) => {
                    if let Some(files) = read(self, &entry) {
                        found.own.push((dialect, files));
                    }
                }
                Err(_) => {
                    let names = Dialect::ALL.map(Dialect::name);
                    self.unknown(&value.key, &name, place, &names);
                }
            }
        }
        found
    }

    fn files(&mut self, value: &Value<'_>) -> Option<Vec<String>> {
        if value.value.is_str() {
            return Some(vec![self.full_text(value)?.to_owned()]);
        }
        let files = self.texts(value, FILES)?;
        Some(files.into_iter().map(|(file, _)| file.to_owned()).collect())
    }

    fn names(&mut self, value: &Value<'_>) -> Vec<String> {
        let names = self.texts(value, NAMES).unwrap_or_default();
        names.into_iter().map(|(name, _)| name.to_owned()).collect()
    }

    /// A file that the commands write cannot be the one that people write.
    pub(super) fn refuse_dump_of_itself(&mut self, config: &Config, range: Range<usize>) {
        let clashes = |dialect: &Dialect| {
            let files = config.schema.files.of(*dialect);
            let dump = config.schema.dump.of(*dialect).first()?;
            files.contains(dump).then(|| dump.clone())
        };
        let Some(file) = Dialect::ALL.iter().find_map(clashes) else {
            return;
        };
        self.error(
            format!("`{file}` is read by `schema.files` and written by `schema.dump`"),
            range,
            "in this table",
        );
        self.help("give the dump a name of its own, such as `dump = \"migrations/schema.sql\"`");
    }
}
