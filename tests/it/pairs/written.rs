//! Statements as the text of revisions.

use migrate::autogenerate::Section;
use migrate::render::{Stage, Statement};

/// The statements of one direction: a section for each revision it takes.
pub(crate) struct Written {
    pub(crate) sections: Vec<Section>,
}

impl Written {
    /// A section per stage.
    pub(crate) fn of(statements: &[Statement]) -> Self {
        let (second, first): (Vec<_>, Vec<_>) = statements
            .iter()
            .cloned()
            .partition(|it| it.stage == Stage::Second);
        let mut sections = vec![Section::of(&first)];
        if !second.is_empty() {
            sections.push(Section::of(&second));
        }
        Self { sections }
    }

    /// As a pair shows it.
    pub(crate) fn shown(&self) -> String {
        let section = |it: &Section| under("-- outside of a transaction", it);
        let sections: Vec<String> = self.sections.iter().map(section).collect();
        // The first revision may have nothing to do.
        let text = sections.join("\n\n-- in a revision of its own\n");
        text.trim_start().to_owned()
    }

    /// As the chain of revisions takes them: the options of each, then the text.
    pub(crate) fn for_chain(&self) -> impl Iterator<Item = String> {
        self.sections
            .iter()
            .map(|it| under("!transaction:false", it))
    }
}

/// A section below the line that says that it is no transaction, if it is none.
fn under(line: &str, section: &Section) -> String {
    let text = section.text.trim_end();
    if section.transactional {
        text.to_owned()
    } else {
        format!("{line}\n{text}")
    }
}
