//! The text of a lock file.

use std::fmt;

use super::{Entry, FORMAT, LockFile, LockedSection};

const HEADER: &str = "# written by migrate-cli: commit it with the revisions, do not edit it";

/// The text, from the first line on; entries are written in the order they have.
impl fmt::Display for LockFile<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}\nformat {FORMAT}")?;
        for release in &self.releases {
            writeln!(f, "released {} {}", release.tag, release.heads.as_str())?;
        }
        for entry in &self.entries {
            writeln!(f, "{entry}")?;
            for section in self.sections(entry) {
                writeln!(f, "  {section}")?;
            }
        }
        Ok(())
    }
}

/// The line of a revision.
impl fmt::Display for Entry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {} down_revision:{}",
            self.id,
            self.state.name(),
            self.down_revision.as_str()
        )?;
        for (name, list) in [
            ("depends_on", &self.depends_on),
            ("branch_labels", &self.branch_labels),
        ] {
            if !list.is_empty() {
                write!(f, " {name}:{}", list.as_str())?;
            }
        }
        for (name, flag) in [
            ("irreversible", self.irreversible),
            ("breaking", self.breaking),
        ] {
            if flag {
                write!(f, " {name}")?;
            }
        }
        write!(f, " file:{}", self.file)
    }
}

/// The line of a section, without its indent.
impl fmt::Display for LockedSection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.direction.name())?;
        if !self.dialects.is_empty() {
            write!(f, " dialect:{}", self.dialects)?;
        }
        write!(f, " {}", self.digest)?;
        if self.checker > 0 && !self.checked.is_empty() {
            write!(f, " checked:{} checker:{}", self.checked, self.checker)?;
        }
        Ok(())
    }
}
