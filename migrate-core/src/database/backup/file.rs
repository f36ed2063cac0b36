//! Files that only their owner can read, and that are gone when what was to be written failed.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// A file that is being written. It has the suffix `.partial` until [`finish`](NewFile::finish), and is removed when it
/// never comes to that.
pub(super) struct NewFile {
    path: PathBuf,
    partial: PathBuf,
}

impl NewFile {
    /// A new empty file for `path`; for another one with a number when that is there already.
    pub(super) fn create(path: &Path) -> Result<Self, (PathBuf, io::Error)> {
        if let Some(directory) = path.parent() {
            fs::create_dir_all(directory).map_err(|error| (directory.to_owned(), error))?;
        }
        let mut number = 0;
        loop {
            number += 1;
            let path = numbered(path, number);
            let mut partial = path.clone().into_os_string();
            partial.push(".partial");
            let partial = PathBuf::from(partial);
            if path.exists() {
                continue;
            }
            match private(&partial) {
                Ok(_) => return Ok(Self { path, partial }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err((partial, error)),
            }
        }
    }

    /// What it will be called.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// What it is called until then.
    pub(super) fn partial(&self) -> &Path {
        &self.partial
    }

    /// The file, to be written.
    #[cfg_attr(not(any(feature = "postgres", feature = "mysql")), allow(dead_code))]
    pub(super) fn open(&self) -> io::Result<File> {
        OpenOptions::new().write(true).open(&self.partial)
    }

    /// Gives it its name, safely on disk, and says how long it is.
    pub(super) fn finish(&self) -> io::Result<u64> {
        let file = File::open(&self.partial)?;
        file.sync_all()?;
        let bytes = file.metadata()?.len();
        fs::rename(&self.partial, &self.path)?;
        Ok(bytes)
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        // After `finish` there is nothing of that name.
        let _ = fs::remove_file(&self.partial);
    }
}

fn numbered(path: &Path, number: u32) -> PathBuf {
    if number == 1 {
        return path.to_owned();
    }
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let extension = path.extension().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!("{stem}_{number}.{extension}"))
}

/// A new file that only its owner can read and write.
pub(super) fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_never_overwritten_and_what_failed_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/er/a.db");
        let first = NewFile::create(&path).unwrap();
        fs::write(first.partial(), "one").unwrap();
        assert_eq!(first.finish().unwrap(), 3);
        let second = NewFile::create(&path).unwrap();
        let third = NewFile::create(&path).unwrap();
        assert_eq!(second.path().file_name().unwrap(), "a_2.db");
        assert_eq!(third.path().file_name().unwrap(), "a_3.db");
        second.finish().unwrap();
        drop((first, second, third));
        let mut names: Vec<String> = fs::read_dir(path.parent().unwrap())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        assert_eq!(names, ["a.db", "a_2.db"]);
        assert_eq!(fs::read_to_string(&path).unwrap(), "one");
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_can_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let file = NewFile::create(&folder.path().join("a.db")).unwrap();
        let mode = fs::metadata(file.partial()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
