//! The statements as they come, with the actions of one table gathered into one `ALTER TABLE`.

use super::name::name;
use crate::model::render::{Safety, Stage, Statement, Transactional};
use crate::model::schema::Name;

/// How long a line may be.
pub(super) const WIDTH: usize = 100;

/// Actions that may stand in one `ALTER TABLE`: PostgreSQL runs them in an order of its own, so only those of one class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    AddColumn,
    DropColumn,
    AlterColumn,
    AddConstraint,
    DropConstraint,
    /// Everything else.
    Option,
    /// Has to stand alone.
    Alone,
}

/// An `ALTER TABLE` that may get more actions.
#[derive(Debug)]
struct Open {
    opening: String,
    class: Class,
    actions: Vec<String>,
    loses: Vec<String>,
    note: Option<String>,
}

impl Open {
    fn close(self) -> Statement {
        let single = match self.actions.as_slice() {
            [action] => Some(format!("{} {action}", self.opening)),
            _ => None,
        };
        let fits = |text: &String| {
            let first = text.lines().next().unwrap_or_default();
            first.len() <= WIDTH
        };
        let sql = single.filter(fits).unwrap_or_else(|| {
            let actions: Vec<String> = self
                .actions
                .iter()
                .map(|action| format!("    {}", action.replace('\n', "\n    ")))
                .collect();
            format!("{}\n{}", self.opening, actions.join(",\n"))
        });
        Statement {
            loses: self.loses,
            note: self.note,
            ..Statement::new(sql)
        }
    }
}

/// The statements of one stage.
#[derive(Debug, Default)]
struct Track {
    statements: Vec<Statement>,
    open: Option<Open>,
}

impl Track {
    fn close(&mut self) {
        if let Some(open) = self.open.take() {
            self.statements.push(open.close());
        }
    }
}

/// What has been written so far.
#[derive(Debug)]
pub(super) struct Script {
    safety: Safety,
    first: Track,
    second: Track,
}

impl Script {
    pub(super) fn new(safety: Safety) -> Self {
        Self {
            safety,
            first: Track::default(),
            second: Track::default(),
        }
    }

    /// Whether what takes long shall go into a second revision.
    pub(super) fn is_safe(&self) -> bool {
        self.safety == Safety::Safe
    }

    fn track(&mut self, stage: Stage) -> &mut Track {
        match stage {
            Stage::First => &mut self.first,
            Stage::Second => &mut self.second,
        }
    }

    /// A statement of the first stage.
    pub(super) fn push(&mut self, sql: impl Into<String>) {
        self.statement(Statement::new(sql));
    }

    /// A statement of this stage.
    pub(super) fn push_to(&mut self, stage: Stage, sql: impl Into<String>) {
        self.statement(Statement {
            stage,
            ..Statement::new(sql)
        });
    }

    /// A statement that takes data away.
    pub(super) fn losing(&mut self, sql: impl Into<String>, loses: impl Into<String>) {
        self.statement(Statement {
            loses: vec![loses.into()],
            ..Statement::new(sql)
        });
    }

    /// A statement of the second stage that runs outside transactions.
    pub(super) fn concurrently(&mut self, sql: impl Into<String>, what: &'static str) {
        self.statement(Statement {
            stage: Stage::Second,
            transactional: Transactional::No(what),
            ..Statement::new(sql)
        });
    }

    /// Any statement.
    pub(super) fn statement(&mut self, statement: Statement) {
        let track = self.track(statement.stage);
        track.close();
        track.statements.push(statement);
    }

    /// An action on a table.
    pub(super) fn alter(&mut self, stage: Stage, table: &Name, class: Class, action: String) {
        self.alter_with(
            stage,
            &format!("ALTER TABLE {}", name(table)),
            class,
            action,
            None,
            None,
        );
    }

    /// An action, with what it takes away and what a reader should know.
    pub(super) fn alter_with(
        &mut self,
        stage: Stage,
        opening: &str,
        class: Class,
        action: String,
        loses: Option<String>,
        note: Option<String>,
    ) {
        let track = self.track(stage);
        if let Some(open) = &mut track.open
            && open.opening == opening
            && open.class == class
            && class != Class::Alone
        {
            open.actions.push(action);
            open.loses.extend(loses);
            if open.note.is_none() {
                open.note = note;
            }
            return;
        }
        track.close();
        track.open = Some(Open {
            opening: opening.to_owned(),
            class,
            actions: vec![action],
            loses: loses.into_iter().collect(),
            note,
        });
    }

    /// All of them; the stage of each stands in it.
    pub(super) fn finish(mut self) -> Vec<Statement> {
        self.first.close();
        self.second.close();
        for statement in &mut self.second.statements {
            statement.stage = Stage::Second;
        }
        let mut statements = self.first.statements;
        statements.extend(self.second.statements);
        statements
    }
}
