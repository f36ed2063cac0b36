//! The settings of `migrate.toml` that a binary carries.

use std::collections::BTreeMap;
use std::time::Duration;

/// What a run and a start-up go by; the defaults are those of a project without `migrate.toml`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settings {
    /// The name of the state table; its companions append `_log` and `_lock`.
    pub table: String,
    /// The schema of the state tables; `None`: the one that is current when the session opens.
    pub schema: Option<String>,
    /// Whether several effective heads are allowed.
    pub heads: HeadsPolicy,
    /// Start-up.
    pub startup: StartupSettings,
    /// How long a run waits for what.
    pub timeouts: Timeouts,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            table: "schema_revisions".to_owned(),
            schema: None,
            heads: HeadsPolicy::One,
            startup: StartupSettings::default(),
            timeouts: Timeouts::default(),
        }
    }
}

/// How many effective heads a set may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HeadsPolicy {
    /// One.
    #[default]
    One,
    /// Any number.
    Many,
}

/// `[startup]`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StartupSettings {
    /// Whether start-up migrates when the environment says nothing.
    pub auto: bool,
    /// `auto` of single environments, by name: `[environments.NAME]`. `test` does not migrate unless it says so here.
    pub auto_in: BTreeMap<String, bool>,
    /// The environment variable that overrides `auto`.
    pub auto_env: String,
    /// How long start-up may wait, and may begin further revisions.
    pub limit: Duration,
    /// With `auto` off: wait until somebody else has migrated.
    pub wait: bool,
    /// With `auto` off: refuse to start when revisions are pending.
    pub require_head: bool,
    /// What to do when the database is ahead of the binary.
    pub ahead: Ahead,
    /// Whether the limit also cancels a running statement.
    pub cancel_at_limit: bool,
}

impl Default for StartupSettings {
    fn default() -> Self {
        Self {
            auto: true,
            auto_in: BTreeMap::new(),
            auto_env: "MIGRATE_AUTO".to_owned(),
            limit: Duration::from_secs(60),
            wait: false,
            require_head: false,
            ahead: Ahead::Compatible,
            cancel_at_limit: false,
        }
    }
}

impl StartupSettings {
    /// What `migrate.toml` says for an environment of this name, without the variable.
    ///
    /// ```
    /// use migrate_core::model::set::{Settings, Switched};
    ///
    /// let startup = Settings::default().startup;
    /// assert_eq!(startup.auto_of(None), Switched::Startup(true));
    /// assert_eq!(startup.auto_of(Some("test")), Switched::Environment(false));
    /// ```
    pub fn auto_of(&self, environment: Option<&str>) -> Switched {
        let Some(name) = environment else {
            return Switched::Startup(self.auto);
        };
        match self.auto_in.get(name) {
            Some(auto) => Switched::Environment(*auto),
            // Tests bring their databases to head themselves.
            None if name == TEST => Switched::Environment(false),
            None => Switched::Startup(self.auto),
        }
    }
}

/// The environment that does not migrate at start-up unless it says so.
const TEST: &str = "test";

/// Whether start-up migrates, and who says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Switched {
    /// `auto` of `[startup]`.
    Startup(bool),
    /// The environment: its own `auto`, or that it is called `test`.
    Environment(bool),
}

/// What a start-up does when the database has revisions that the binary does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ahead {
    /// Start with a warning, unless one of them is recorded as not compatible.
    #[default]
    Compatible,
    /// Always start.
    Allow,
    /// Never start.
    Refuse,
}

/// `[timeouts]`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeouts {
    /// For a connection.
    pub connect: Duration,
    /// For the run lock.
    pub run_lock: Duration,
    /// For the locks of one statement of data definition.
    pub ddl_lock: Duration,
    /// For one statement; `None`: no limit.
    pub statement: Option<Duration>,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(30),
            run_lock: Duration::from_secs(60),
            ddl_lock: Duration::from_secs(5),
            statement: None,
        }
    }
}
