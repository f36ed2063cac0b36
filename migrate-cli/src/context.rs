//! What every command is given: settings, streams, migrations, and the way to the database.

use std::cell::OnceCell;
use std::path::PathBuf;

use migrate_core::database::Database;
use migrate_core::project::config::Protection;
use migrate_core::text::diagnostic::Class;
use migrate_core::text::{Diagnostic, Dialect};

use crate::failure::Failure;
use crate::output::Output;
use crate::output::page::{BOLD, DIM, piece};
use crate::settings::Settings;
use crate::source::{Source, get_or_try};
use crate::target;
use crate::variables::Variables;

/// What every command is given.
pub(crate) struct Context<'m> {
    /// What was said by options and variables.
    pub(crate) settings: Settings,
    /// Where things are printed.
    pub(crate) output: Output,
    /// Where the migrations come from.
    pub(crate) source: Source<'m>,
    /// The variables, read when they are first needed.
    pub(crate) variables: OnceCell<Variables>,
}

/// The database of a command.
pub(crate) struct Target {
    /// What is connected to.
    pub(crate) database: Database,
    /// Whether its environment is protected.
    pub(crate) protection: Protection,
    /// Where `backup` of its environment wants a backup before a change.
    pub(crate) backup: Option<PathBuf>,
    /// The environment that was asked for.
    pub(crate) environment: Option<String>,
    by: String,
}

impl Target {
    /// What is said of a SQLite file that nobody has made yet.
    pub(crate) fn absent(&self) -> &'static str {
        if self.database.is_absent() {
            "  a file that does not exist yet"
        } else {
            ""
        }
    }
}

impl Context<'_> {
    /// The database that is meant. Nothing is connected.
    pub(crate) fn target(&self) -> Result<Target, Failure> {
        let config = self.source.config()?;
        let variables = self.variables()?;
        let settings = self.settings.clone().or(|name| variables.get(name));
        let choice = target::choose(&settings, config, |name| variables.get(name))?;
        let database: Database =
            choice
                .url
                .parse()
                .map_err(|error: migrate_core::database::Error| {
                    error.diagnostic().note(format!("named by {}", choice.by))
                })?;
        Ok(Target {
            database,
            protection: choice.protection,
            backup: self.configured_backup(&settings)?,
            environment: settings.env.map(|said| said.value),
            by: choice.by,
        })
    }

    /// `backup` of the environment; relative to `migrate.toml`.
    fn configured_backup(&self, settings: &Settings) -> Result<Option<PathBuf>, Failure> {
        let project = self.source.surroundings()?;
        let environment = settings
            .env
            .as_ref()
            .and_then(|name| project.config.environments.get(&name.value));
        let directory = environment.and_then(|environment| environment.backup.as_ref());
        Ok(directory.map(|directory| project.root.join(directory)))
    }

    /// The variables of the process and of the project.
    pub(crate) fn variables(&self) -> Result<&Variables, Failure> {
        get_or_try(&self.variables, || {
            Variables::of(self.source.surroundings()?)
        })
    }

    /// As [`target`](Self::target), and says on stderr which one it is.
    pub(crate) fn announced(&self) -> Result<Target, Failure> {
        let target = self.target()?;
        self.announce(&target, "");
        Ok(target)
    }

    /// As [`announced`](Self::announced), for a command that makes no file: says when there is none.
    pub(crate) fn looked_at(&self) -> Result<Target, Failure> {
        let target = self.target()?;
        self.announce(&target, target.absent());
        Ok(target)
    }

    fn announce(&self, target: &Target, absent: &str) {
        self.output.note(|page| {
            let by = format!("  ({}){absent}", target.by);
            page.line(piece(BOLD, &target.database).and(DIM, by));
        });
    }

    /// Whether the environment that was asked for is protected.
    pub(crate) fn protection(&self) -> Result<Protection, Failure> {
        let variables = self.variables()?;
        let settings = self.settings.clone().or(|name| variables.get(name));
        target::protection(&settings, self.source.config()?)
    }

    /// The dialect that the scheme of the chosen database speaks; nothing is connected.
    pub(crate) fn database_dialect(&self) -> Option<Dialect> {
        self.target().ok().map(|target| target.database.dialect())
    }
}

/// Drives `work` to its end, on this thread.
pub(crate) fn wait<T>(work: impl Future<Output = T>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| {
            Diagnostic::error(
                Class::Config,
                format!("the asynchronous runtime cannot be started: {error}"),
            )
        })?;
    let done = runtime.block_on(work);
    runtime.shutdown_background();
    Ok(done)
}

/// Resolves when the process is asked to end: by Ctrl-C, or by whoever supervises it.
pub(crate) async fn asked_to_end() -> &'static str {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            return tokio::select! {
                _ = tokio::signal::ctrl_c() => "Ctrl-C",
                _ = terminate.recv() => "SIGTERM",
            };
        }
    }
    match tokio::signal::ctrl_c().await {
        Ok(()) => "Ctrl-C",
        // Without a handler nobody can ask; the work goes on.
        Err(_) => std::future::pending().await,
    }
}
