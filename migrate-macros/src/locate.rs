//! Where the paths of a call begin.

use std::env;
use std::path::PathBuf;

use migrate_core::project::{Project, Search};
use migrate_core::text::Diagnostic;
use migrate_core::text::diagnostic::Class;
use syn::LitStr;

/// The folders that a path may be relative to, the first choice first: the package, then the folder of the calling
/// source file and those above it.
///
/// The second group is needed where the package that compiles is not the one that was written: `trybuild` compiles its
/// cases in a package of its own under `target`.
fn bases() -> Vec<PathBuf> {
    let package = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let source = proc_macro::Span::call_site().local_file();
    let source = source.and_then(|file| Some(env::current_dir().ok()?.join(file)));
    let above = source
        .iter()
        .flat_map(|file| file.ancestors().skip(1))
        .map(PathBuf::from);
    let mut bases: Vec<PathBuf> = Vec::new();
    for base in package.into_iter().chain(above) {
        if !bases.contains(&base) {
            bases.push(base);
        }
    }
    bases
}

/// The project that a call means: the first base at which its directory is there.
pub(crate) fn project(directory: Option<&LitStr>) -> Result<Project, Vec<Diagnostic>> {
    let mut missing = None;
    for base in bases() {
        let search = Search::from(base).dir(directory.map(LitStr::value));
        // A broken configuration is not passed over; only a directory that is not there is looked for elsewhere.
        search.find_config()?;
        match search.find() {
            Ok(project) => return Ok(project),
            Err(findings) => {
                missing.get_or_insert(findings);
            }
        }
    }
    Err(missing.unwrap_or_else(|| {
        let message = "cannot tell where the package is: neither CARGO_MANIFEST_DIR nor a source file is known";
        vec![Diagnostic::error(Class::Config, message)]
    }))
}
