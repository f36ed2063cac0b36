//! `examples/backend/Dockerfile` without Docker: each line does here, in directories, what it does in an image.
//!
//! Two things differ. The build is the one of the other tests, without optimisation, and `apt-get` is not run.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::places;
use crate::binary;
use crate::servers::TestDatabase;
use tempfile::TempDir;

/// An image while it is made.
struct Image {
    /// The root of its file system.
    root: TempDir,
    directory: PathBuf,
    entrypoint: Vec<String>,
    command: Vec<String>,
}

impl Image {
    fn new() -> Self {
        Self {
            root: tempfile::tempdir().expect("a directory"),
            directory: PathBuf::from("/"),
            entrypoint: Vec::new(),
            command: Vec::new(),
        }
    }

    /// Where a path of the image is on this machine.
    fn here(&self, path: &str) -> PathBuf {
        let inside = self.directory.join(path);
        let relative = inside.strip_prefix("/").expect("an absolute path");
        self.root.path().join(relative)
    }

    fn copy(&self, from: &Path, to: &str) {
        let name = from.file_name().expect("a name");
        let mut place = self.here(to);
        // A directory is copied by what is in it.
        if to.ends_with('/') && !from.is_dir() {
            place.push(name);
        }
        let parent = place.parent().expect("a folder");
        std::fs::create_dir_all(parent).expect("folders");
        let copied = Command::new("cp")
            .args(["-a", "--"])
            .args([from, place.as_path()])
            .status();
        assert!(copied.expect("cp").success(), "{}", from.display());
    }

    /// The path of a program, as a shell in the image would find it.
    fn program(&self, name: &str) -> Option<PathBuf> {
        let own = self.root.path().join("usr/local/bin").join(name);
        let system = ["/usr/bin", "/bin"].map(|folder| Path::new(folder).join(name));
        let mut all = std::iter::once(own).chain(system);
        all.find(|path| {
            path.metadata()
                .is_ok_and(|it| it.permissions().mode() & 0o111 != 0)
        })
    }

    /// Runs the entrypoint, before `command` in the place of that of the image.
    fn run(&self, command: &[&str], database: &TestDatabase) -> String {
        let (program, arguments) = self.entrypoint.split_first().expect("an entrypoint");
        let program = self
            .program(program)
            .unwrap_or_else(|| panic!("the image has no program {program}"));
        let own = self.root.path().join("usr/local/bin");
        let output = Command::new(program)
            .args(arguments)
            .args(command)
            .current_dir(self.here("."))
            .env_clear()
            .env("PATH", format!("{}:/usr/bin:/bin", own.display()))
            .env("DATABASE_URL", database.url())
            .output()
            .expect("the entrypoint");
        let said =
            String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        said.into_owned()
    }
}

/// The instructions of a Dockerfile: a word and what stands behind it.
fn instructions(text: &str) -> Vec<(String, String)> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let joined = lines.collect::<Vec<_>>().join("\n").replace("\\\n", " ");
    let lines = joined.lines().filter(|line| !line.trim().is_empty());
    lines
        .map(|line| {
            line.split_once(' ')
                .expect("an instruction and its operands")
        })
        .map(|(word, rest)| (word.to_owned(), rest.trim().to_owned()))
        .collect()
}

fn words(list: &str) -> Vec<String> {
    serde_json::from_str(list).expect("a list of words")
}

/// Runs a line of cargo in the workspace, as the other tests build and without network.
fn cargo(line: &str, workspace: &Path) {
    let words: Vec<&str> = line.split_whitespace().collect();
    assert!(
        words.contains(&"--release"),
        "{line}: an image holds a release build"
    );
    let output = crate::cargo::command()
        .args(words[1..].iter().filter(|word| **word != "--release"))
        .args(["--offline", "--quiet"])
        .args(binary::AS_TESTED)
        .current_dir(workspace)
        .output()
        .expect("cargo");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{line}\n{errors}");
}

/// The image that the Dockerfile makes, from the root of this repository as its context.
fn image() -> Image {
    let context = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(context.join("examples/backend/Dockerfile"));
    let mut stages: BTreeMap<String, PathBuf> = BTreeMap::new();
    let mut image = Image::new();
    let (mut stage, mut packages) = (None, Vec::new());
    for (word, rest) in instructions(&text.expect("the Dockerfile")) {
        let operands: Vec<&str> = rest.split_whitespace().collect();
        match (word.as_str(), operands.as_slice()) {
            ("FROM", [base, name @ ..]) => {
                image = Image::new();
                stage = name.last().map(|name| (*name).to_owned());
                if let Some(version) = base.strip_prefix("rust:") {
                    let needed = env!("CARGO_PKG_RUST_VERSION");
                    assert!(
                        version.starts_with(&format!("{needed}-")),
                        "{rest}: {needed} is needed"
                    );
                }
            }
            ("WORKDIR", [path]) => {
                image.directory = path.into();
                std::fs::create_dir_all(image.here(".")).expect("a directory");
            }
            // The sources: they are where they are.
            ("COPY", [".", "."]) => {
                let name = stage.clone().expect("a name for the stage that builds");
                assert_eq!(image.directory, Path::new("/src"));
                stages.insert(name, context.to_owned());
            }
            ("RUN", ["cargo", words @ ..]) => {
                cargo(&rest, context);
                let of = |pair: &&[&str]| pair[0] == "-p";
                let pairs = words.windows(2).filter(of);
                packages.extend(pairs.map(|pair| pair[1].to_owned()));
            }
            ("RUN", ["apt-get", "update", "&&", "apt-get", "install", ..]) => {}
            ("COPY", [from, path, to]) if from.starts_with("--from=") => {
                let stage = from.trim_start_matches("--from=");
                assert!(
                    stages.contains_key(stage),
                    "{rest}: no stage is called {stage}"
                );
                let built = path
                    .strip_prefix("/src/target/release/")
                    .expect("what cargo makes");
                // Built here whatever the line says; in an image only what it asks for. The program is called as its
                // package is.
                assert!(
                    packages.iter().any(|it| it == built),
                    "{rest}: no cargo line builds {built}"
                );
                image.copy(&binary::folder().join(built), to);
            }
            ("COPY", [path, to]) => image.copy(&context.join(path), to),
            ("ENTRYPOINT", _) => image.entrypoint = words(&rest),
            ("CMD", _) => image.command = words(&rest),
            _ => panic!("{word} {rest}: this instruction is not tried here, and should be"),
        }
    }
    image
}

#[test]
fn the_image_migrates_and_serves() {
    let image = image();
    let (service, _) = image.command.split_first().expect("a command");
    assert!(
        image.program(service).is_some(),
        "the image has no program {service}"
    );
    for place in places("image") {
        let said = image.run(&["echo", "serving"], &place);
        assert!(
            said.contains("2 revisions applied") && said.contains("serving"),
            "{said}"
        );
        // What docker-compose.yml calls in the same image.
        let here = image.here(".");
        let healthy = super::shell(
            &here,
            "migrate-cli -q current --check-heads",
            place.url(),
            &[],
        );
        assert!(healthy.status.success(), "{}", binary::errors(&healthy));
    }
}

/// What docker-compose.yml says of the build leads to the Dockerfile and to the context that it names itself.
#[test]
fn compose_builds_by_the_dockerfile() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/backend");
    let text = std::fs::read_to_string(folder.join("docker-compose.yml")).expect("a file");
    let value = |key: &str| {
        let mut lines = text
            .lines()
            .filter_map(|line| line.trim().strip_prefix(key));
        lines.next().expect("a value").trim().to_owned()
    };
    let context = folder.join(value("context:"));
    let dockerfile = context.join(value("dockerfile:"));
    let real = |path: &Path| path.canonicalize().expect("a path");
    assert_eq!(real(&context), real(Path::new(env!("CARGO_MANIFEST_DIR"))));
    assert_eq!(real(&dockerfile), real(&folder.join("Dockerfile")));
}
