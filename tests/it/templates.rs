//! What `init` prints is a program: each template is set up, its lines are pasted, and cargo checks all of them.

use crate::app::App;
use crate::binary;

/// The block of the output below a title, without its indent.
fn pasted(output: &str, title: &str) -> String {
    let lines = output
        .lines()
        .skip_while(|line| !line.starts_with(title))
        .skip(1)
        .take_while(|line| line.is_empty() || line.starts_with("    "));
    lines
        .map(|line| format!("{}\n", line.strip_prefix("    ").unwrap_or(line)))
        .collect()
}

#[test]
fn what_init_prints_compiles() {
    let app = App::new("templates", &["macros"], "fn main() {}");
    let templates = [
        ("single", &["init"][..]),
        ("dialects", &["init", "--template", "multi-dialect"]),
        (
            "databases",
            &[
                "init",
                "-t",
                "multi-database",
                "--database",
                "shop",
                "--database",
                "billing",
            ],
        ),
    ];
    for (name, arguments) in templates {
        app.write(&format!("{name}/.keep"), "");
        let output = binary::succeed(&app.path(name), arguments);
        let package =
            format!("[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n");
        app.write(
            &format!("{name}/Cargo.toml"),
            &(package + &pasted(&output, "Cargo.toml")),
        );
        app.write(
            &format!("{name}/src/main.rs"),
            &pasted(&output, "src/main.rs"),
        );
        app.write(&format!("{name}/build.rs"), &pasted(&output, "build.rs"));
    }
    app.write(
        "Cargo.toml",
        "[workspace]\nresolver = \"3\"\nmembers = [\"single\", \"dialects\", \"databases\"]\n",
    );
    let checked = app.cargo(&["check", "--workspace"]);
    assert!(
        checked.status.success(),
        "{}",
        String::from_utf8_lossy(&checked.stderr)
    );
}
