//! `upgrade --wait`, `startup`, the switch and the `.env` file on the command line.

use crate::cli::{Project, assert_screen};

fn chain() -> Project {
    Project::chain()
        .variable("DATABASE_URL", "sqlite://app.db")
        .variable("USER", "ada")
}

#[test]
fn start_up_as_a_command() {
    let project = chain();
    let session = project.session(&["startup", "startup", "-q startup", "--format json startup"]);
    assert_screen!(session, "snapshots/startup.txt");
}

#[test]
fn a_start_up_that_is_switched_off() {
    let project = chain();
    project.write(
        "migrate.toml",
        "[migrations]\ndialects = [\"sqlite\"]\n[startup]\nauto_env = \"BACKEND_AUTO_MIGRATE\"\n\
         [environments.strict]\n[environments.test]\n",
    );
    let off = project.variable("BACKEND_AUTO_MIGRATE", "Off");
    let mut screen = off.session(&["startup", "--format json startup"]);
    let wrong = off.variable("BACKEND_AUTO_MIGRATE", "maybe");
    screen += &wrong.session(&["startup"]);
    let unset = wrong.variable("BACKEND_AUTO_MIGRATE", "");
    screen += &unset.session(&[
        "--env test startup",
        "--env strict startup",
        "--env test startup",
    ]);
    assert_screen!(screen, "snapshots/switched_off.txt");
}

#[test]
fn a_start_up_that_requires_heads_refuses() {
    let project = chain();
    project.write(
        "migrate.toml",
        "[migrations]\ndialects = [\"sqlite\"]\n[startup]\nauto = false\nrequire_head = true\n",
    );
    let session = project.session(&["startup", "--format json startup", "-q upgrade", "startup"]);
    assert_screen!(session, "snapshots/require_head.txt");
}

#[test]
fn an_upgrade_that_waits() {
    let project = chain();
    let mut screen = project.session(&[
        "upgrade --wait 60",
        "upgrade --wait 60",
        "upgrade --wait soon",
    ]);
    // Nobody listens on port 1.
    let nobody = project.variable("DATABASE_URL", "postgres://app:hunter2@127.0.0.1:1/shop");
    nobody.write("migrate.toml", "[migrations]\ndialects = [\"postgres\"]\n");
    assert!(nobody.run(&["lock"]).status.success());
    screen += &nobody.session(&["upgrade --wait 600ms", "upgrade"]);
    assert_screen!(screen, "snapshots/wait.txt");
}

#[test]
fn variables_of_a_file() {
    let project = Project::chain().variable("USER", "ada");
    let config = "[migrations]\ndialects = [\"sqlite\"]\n[environments.production]\nurl = { env = \"PROD_URL\" }\n";
    project.write(
        ".env",
        "# for docker compose\nDATABASE_URL=sqlite://of-file.db\nexport PROD_URL=\"sqlite://production.db\"\nMIGRATE_AUTO=no\n",
    );
    project.write("migrate.toml", config);
    let mut screen = project.session(&["current"]);
    project.write("migrate.toml", &format!("dotenv = true\n{config}"));
    screen += &project.session(&["startup", "upgrade +1", "status"]);
    // Also where the command is typed elsewhere, and for `url = { env = .. }`.
    screen += &project.session(&["--config migrate.toml upgrade +1"]);
    // Who asks for an environment means it.
    screen += &project.session(&["--env production current"]);
    project.write(
        ".env",
        "PROD_URL=sqlite://production.db\nMIGRATE_ENV=production\n",
    );
    screen += &project.session(&["upgrade +1"]);
    let own = project.variable("DATABASE_URL", "sqlite://of-process.db");
    own.write(".env", "DATABASE_URL=sqlite://of-file.db\n");
    screen += &own.session(&["upgrade +1"]);
    own.write(
        "migrate.toml",
        &format!("dotenv = \"deploy/local.env\"\n{config}"),
    );
    screen += &own.session(&["current"]);
    own.write("deploy/local.env", "A=1\nMIGRATE_ENV secret\n");
    screen += &own.session(&["current"]);
    assert_screen!(screen, "snapshots/dotenv.txt");
}
