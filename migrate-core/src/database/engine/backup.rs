//! The backup before a run: made when it is known that there is something to do, and before anything is written.

use super::{Engine, goal};
use crate::database::backup::{Order, Span};
use crate::database::error::Error;
use crate::database::event::Event;
use crate::model::Plan;

impl Engine<'_> {
    /// Makes the backup that was ordered, if there is something to do. Under the run lock; nothing has been written yet.
    pub(super) async fn back_up(&mut self) -> Result<(), Error> {
        let task = self.task;
        let Some(order) = &task.backup else {
            return Ok(());
        };
        self.read_rows().await?;
        let from = self.recorded.heads();
        let plan = self.plan();
        if self.recorded.in_flight().next().is_some() {
            // Where an interrupted run leads to is found out later.
            let to = plan.map_or_else(|_| vec!["recovery".to_owned()], |plan| to(&plan));
            return self.take(order, Span::new(from, to)).await;
        }
        let plan = plan?;
        if plan.steps.is_empty() {
            return Ok(());
        }
        self.take(order, Span::new(from, to(&plan))).await
    }

    /// What the run will come to; refused as the run itself would be.
    fn plan(&mut self) -> Result<Plan, Error> {
        let comparison = self.compare()?;
        self.judge(&comparison)?;
        let graph = self.graph()?;
        let plan = goal::plan(&graph, &self.recorded, self.set, &comparison, self.task)?;
        self.prepare(&graph, &plan.steps)?;
        Ok(plan)
    }

    async fn take(&mut self, order: &Order, span: Span) -> Result<(), Error> {
        let file = order.path(&span);
        self.task.watch.tell(&Event::BackupBegins { file: &file });
        let backup = order.take(&span, self.backend).await?;
        tracing::info!(
            target: "migrate",
            event = "backup",
            file = %backup.file.display(),
            bytes = backup.bytes,
            duration_ms = crate::database::report::whole_ms(backup.duration),
            "backup made"
        );
        self.task.watch.tell(&Event::BackupEnds { backup: &backup });
        self.report.backup = Some(backup);
        Ok(())
    }
}

fn to(plan: &Plan) -> Vec<String> {
    plan.heads_after().iter().map(ToString::to_string).collect()
}
