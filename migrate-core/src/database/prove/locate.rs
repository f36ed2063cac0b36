//! Which revision a database equals.

use serde::Serialize;

use super::side::Workshop;
use super::verify::apart;
use crate::database::error::Error;
use crate::database::target::Database;
use crate::model::Index;
use crate::model::schema::{Difference, Filter, Schema, compare};

/// Where a database is by what is in it, whatever it has recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Located {
    /// The revisions whose schema it has, oldest first: several where revisions change nothing but rows.
    pub equals: Vec<Place>,
    /// When there is none: the one it differs least from, and in what.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nearest: Option<Nearest>,
}

/// A revision with everything below it; `base` and `heads` stand for none and for all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Place {
    /// The id, or `base` or `heads`.
    pub revision: String,
    /// Its message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// The place that a database differs least from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Nearest {
    /// Which.
    #[serde(flatten)]
    pub place: Place,
    /// From there to the database.
    pub differences: Vec<Difference>,
}

impl Workshop<'_> {
    /// Compares `live`, which is only read, with what each revision makes. The order of columns makes no difference:
    /// [`Located::nearest`] does not count it.
    ///
    /// # Errors
    /// When a database cannot be reached or read, and when the revisions cannot be run.
    pub async fn locate(&self, live: &Database) -> Result<Located, Error> {
        self.beside(live).located(live).await
    }

    async fn located(&self, live: &Database) -> Result<Located, Error> {
        let graph = self.migrations.set()?.graph();
        let found = self.read(live).await?;
        let mut located = Located {
            equals: Vec::new(),
            nearest: None,
        };
        let mut database = self.at(&[]).await?;
        self.weigh(&database, &found, None, &mut located).await?;
        let mut applied = graph.none();
        for index in graph.order() {
            let mut below = graph.ancestors([index]);
            below.remove(index);
            if below != applied {
                self.scratch.done_with(&database).await?;
                database = self.at(&[]).await?;
            }
            self.upgrade(&database, &[index]).await?;
            applied = graph.ancestors([index]);
            self.weigh(&database, &found, Some(index), &mut located)
                .await?;
        }
        self.scratch.done_with(&database).await?;
        let heads = graph.effective_heads();
        if heads.len() > 1 {
            let database = self.at(&heads).await?;
            let place = Place {
                revision: "heads".to_owned(),
                message: None,
            };
            self.compared(&database, &found, place, &mut located)
                .await?;
            self.scratch.done_with(&database).await?;
        }
        if !located.equals.is_empty() {
            located.nearest = None;
        }
        Ok(located)
    }

    async fn weigh(
        &self,
        database: &Database,
        found: &Schema,
        index: Option<Index>,
        located: &mut Located,
    ) -> Result<(), Error> {
        let place = match index {
            None => Place {
                revision: "base".to_owned(),
                message: None,
            },
            Some(index) => Place {
                revision: self.migrations.set()?.graph().id(index).to_string(),
                message: Some(self.migrations.entry(index)?.message.to_owned()),
            },
        };
        self.compared(database, found, place, located).await
    }

    async fn compared(
        &self,
        database: &Database,
        found: &Schema,
        place: Place,
        located: &mut Located,
    ) -> Result<(), Error> {
        let expected = self.read(database).await?;
        let mut found = found.clone();
        if self.filter.namespaces.is_none() {
            let made = expected.namespaces.iter().map(|it| it.name.clone());
            Filter {
                namespaces: Some(made.collect()),
                ..Filter::default()
            }
            .apply(&mut found);
        }
        let (_, differences) = apart(compare(&expected, &found));
        if differences.is_empty() {
            located.equals.push(place);
            return Ok(());
        }
        let fewer = located
            .nearest
            .as_ref()
            .is_none_or(|nearest| differences.len() <= nearest.differences.len());
        if fewer {
            located.nearest = Some(Nearest { place, differences });
        }
        Ok(())
    }
}
