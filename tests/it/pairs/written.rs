//! Statements as the text of revisions.

use migrate::render::{Stage, Statement, Transactional};

/// The statements of one direction: a section for each revision it takes.
pub(crate) struct Written {
    pub(crate) sections: Vec<Section>,
}

/// One section.
pub(crate) struct Section {
    pub(crate) text: String,
    transactional: bool,
}

impl Written {
    /// A section per stage.
    pub(crate) fn of(statements: &[Statement]) -> Self {
        let stage = |stage: Stage| -> Vec<&Statement> {
            let all = statements.iter();
            all.filter(|it| it.stage == stage).collect()
        };
        let mut sections = vec![Section::of(&stage(Stage::First))];
        let second = stage(Stage::Second);
        if !second.is_empty() {
            sections.push(Section::of(&second));
        }
        Self { sections }
    }

    /// As a pair shows it.
    pub(crate) fn shown(&self) -> String {
        let sections: Vec<String> = self.sections.iter().map(Section::shown).collect();
        // The first revision may have nothing to do.
        let text = sections.join("\n\n-- in a revision of its own\n");
        text.trim_start().to_owned()
    }
}

impl Section {
    fn of(statements: &[&Statement]) -> Self {
        let mut text = String::new();
        let mut before_was_short = true;
        for statement in statements {
            let mut lines = String::new();
            for line in statement.note.iter().flat_map(|note| note.lines()) {
                lines.push_str(&format!("-- {line}\n"));
            }
            if !statement.loses.is_empty() {
                lines.push_str(&format!("-- destructive: {}\n", statement.loses.join(", ")));
            }
            lines.push_str(&format!("{};\n", statement.sql));
            let is_short = lines.lines().count() == 1;
            if !(text.is_empty() || is_short && before_was_short) {
                text.push('\n');
            }
            text.push_str(&lines);
            before_was_short = is_short;
        }
        Self {
            text: text.trim_end().to_owned(),
            transactional: statements
                .iter()
                .all(|it| it.transactional == Transactional::Yes),
        }
    }

    fn shown(&self) -> String {
        if self.transactional {
            self.text.clone()
        } else {
            format!("-- outside of a transaction\n{}", self.text)
        }
    }

    /// As the chain of revisions takes it: its options, then the text.
    pub(crate) fn for_chain(&self) -> String {
        if self.transactional {
            self.text.clone()
        } else {
            format!("!transaction:false\n{}", self.text)
        }
    }
}
