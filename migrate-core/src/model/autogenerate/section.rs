//! Statements as the text of a section.

use crate::model::render::{Statement, Transactional};

/// The text of a section, as it stands in a file below its marker.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Section {
    /// The SQL, with comments above what takes data away.
    pub text: String,
    /// Whether it may run in a transaction; else its marker needs `transaction:false`.
    pub transactional: bool,
    /// What data it takes away.
    pub loses: Vec<String>,
}

impl Section {
    /// The text of these statements, in their order.
    ///
    /// ```
    /// use migrate_core::model::autogenerate::Section;
    /// use migrate_core::model::render::Statement;
    ///
    /// let mut statement = Statement::new("DROP TABLE users");
    /// statement.loses.push("table users".to_owned());
    /// let section = Section::of(&[statement]);
    /// assert_eq!(section.text, "-- destructive: table users\nDROP TABLE users;\n");
    /// assert!(section.transactional);
    /// ```
    pub fn of(statements: &[Statement]) -> Self {
        let mut section = Self {
            transactional: true,
            ..Self::default()
        };
        let mut before = None;
        for statement in statements {
            let is_long = statement.sql.contains('\n') || statement.note.is_some();
            // Long statements stand apart, short ones in one paragraph.
            if before.is_some_and(|was_long| was_long || is_long) {
                section.text.push('\n');
            }
            for line in statement.note.iter().flat_map(|note| note.lines()) {
                section.text.push_str(&format!("-- {line}\n"));
            }
            for what in &statement.loses {
                section.text.push_str(&format!("-- destructive: {what}\n"));
            }
            section.text.push_str(&statement.sql);
            section.text.push_str(";\n");
            section.transactional &= statement.transactional == Transactional::Yes;
            section.loses.extend(statement.loses.iter().cloned());
            before = Some(is_long);
        }
        section
    }

    /// The same below a comment of these lines.
    #[must_use]
    pub fn under(mut self, lines: &[String]) -> Self {
        if !self.is_empty() && !lines.is_empty() {
            let comment: String = lines.iter().map(|line| format!("-- {line}\n")).collect();
            self.text.insert_str(0, &format!("{comment}\n"));
        }
        self
    }

    /// Whether it does nothing.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }
}
