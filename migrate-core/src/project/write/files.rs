//! Several files written as one change.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::project::reason;
use crate::text::diagnostic::{Class, Diagnostic, Frame};

/// A file to be written.
#[derive(Debug)]
pub(super) struct Change {
    pub(super) path: PathBuf,
    /// As messages show it.
    pub(super) shown: String,
    pub(super) text: String,
    pub(super) existing: Existing,
}

/// What is done with a file that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// It is replaced.
    Replace,
    /// It stays, and that is an error.
    Refuse,
    /// The file goes; the change has no text.
    Remove,
}

/// Writes one file, at once or not at all.
///
/// ```
/// use migrate_core::project::write::{Existing, save};
///
/// # let folder = tempfile::tempdir()?;
/// let path = folder.path().join("up.sql");
/// assert!(save(&path, "SELECT 1;\n", Existing::Refuse).is_ok());
/// assert!(save(&path, "SELECT 2;\n", Existing::Refuse).is_err());
/// assert_eq!(std::fs::read_to_string(&path)?, "SELECT 1;\n");
/// # Ok::<_, std::io::Error>(())
/// ```
///
/// # Errors
/// When the file is there and [`Existing::Refuse`] was said, and when it cannot be written.
pub fn save(path: &Path, text: &str, existing: Existing) -> Result<(), Vec<Diagnostic>> {
    write(&[Change {
        path: path.to_owned(),
        shown: path.display().to_string(),
        text: text.to_owned(),
        existing,
    }])
}

/// Writes all of them or none.
pub(super) fn write(changes: &[Change]) -> Result<(), Vec<Diagnostic>> {
    let mut staged = Staged::default();
    for change in changes {
        staged
            .stage(change)
            .map_err(|error| failure(change, &error))?;
    }
    for (place, change) in changes.iter().enumerate() {
        if let Err(error) = staged.publish(place, change) {
            staged.take_back(changes, place);
            return Err(failure(change, &error));
        }
    }
    Ok(())
}

fn failure(change: &Change, error: &io::Error) -> Vec<Diagnostic> {
    let message = match error.kind() {
        io::ErrorKind::AlreadyExists => "the file exists already".to_owned(),
        _ => format!("cannot write the file: {}", reason(error)),
    };
    vec![
        Diagnostic::error(Class::Config, message)
            .at(Frame::file(&*change.shown))
            .note("nothing was changed"),
    ]
}

/// Texts that stand beside their places; what is left of them is removed on drop.
#[derive(Debug, Default)]
struct Staged {
    temporary: Vec<PathBuf>,
    before: Vec<Option<Vec<u8>>>,
    made: Vec<PathBuf>,
}

impl Staged {
    fn stage(&mut self, change: &Change) -> io::Result<()> {
        if change.existing == Existing::Remove {
            self.before.push(Some(fs::read(&change.path)?));
            self.temporary.push(PathBuf::new());
            return Ok(());
        }
        let before = match fs::read(&change.path) {
            Ok(_) if change.existing == Existing::Refuse => {
                return Err(io::ErrorKind::AlreadyExists.into());
            }
            Ok(bytes) => Some(bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        if let Some(dir) = change.path.parent() {
            self.make(dir)?;
        }
        // A name that the reader of directories passes over, should a crash leave it behind.
        let name = change
            .path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy();
        let temporary = change
            .path
            .with_file_name(format!(".{name}.{}.tmp", std::process::id()));
        self.temporary.push(temporary.clone());
        let mut file = fs::File::create(&temporary)?;
        file.write_all(change.text.as_bytes())?;
        file.sync_all()?;
        if let Ok(metadata) = fs::metadata(&change.path) {
            fs::set_permissions(&temporary, metadata.permissions())?;
        }
        self.before.push(before);
        Ok(())
    }

    /// Makes a directory and remembers which part of it is new.
    fn make(&mut self, dir: &Path) -> io::Result<()> {
        let new = dir
            .ancestors()
            .take_while(|dir| !dir.as_os_str().is_empty() && !dir.exists())
            .last();
        let new = new.map(Path::to_owned);
        fs::create_dir_all(dir)?;
        self.made.extend(new);
        Ok(())
    }

    fn publish(&self, place: usize, change: &Change) -> io::Result<()> {
        match change.existing {
            Existing::Replace => fs::rename(&self.temporary[place], &change.path),
            Existing::Remove => fs::remove_file(&change.path),
            // Unlike a rename, a link never replaces what somebody else has written meanwhile.
            Existing::Refuse => match fs::hard_link(&self.temporary[place], &change.path) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                    fs::rename(&self.temporary[place], &change.path)
                }
                other => other,
            },
        }
    }

    fn take_back(&self, changes: &[Change], published: usize) {
        for (change, before) in changes.iter().zip(&self.before).take(published) {
            // Whatever fails here, the first failure is the one to report.
            let _ = match before {
                Some(bytes) => fs::write(&change.path, bytes),
                None => fs::remove_file(&change.path),
            };
        }
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        for path in self
            .temporary
            .iter()
            .filter(|path| !path.as_os_str().is_empty())
        {
            let _ = fs::remove_file(path);
        }
        for dir in &self.made {
            // Only an empty one goes: after a success it holds the new file.
            let _ = fs::remove_dir(dir);
        }
    }
}
