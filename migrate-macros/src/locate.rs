//! Where the paths of a call begin.

use std::env;
use std::path::PathBuf;

/// The folders that a path may be relative to, the first choice first: the package, then the folder of the calling
/// source file and those above it.
///
/// The second group is needed where the package that compiles is not the one that was written: `trybuild` compiles its
/// cases in a package of its own under `target`.
pub(crate) fn bases() -> Vec<PathBuf> {
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
