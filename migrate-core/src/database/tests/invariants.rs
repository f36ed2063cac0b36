//! Whatever is run on whatever graph: the applied set is closed downwards, and `is_head` marks its maximal elements.

use proptest::prelude::*;

use super::vocabulary::*;
use crate::database::Run;
use crate::model::Migrations;

/// For each revision the places of what it stands on, parents and dependencies.
fn graphs() -> impl Strategy<Value = Vec<(Vec<usize>, Vec<usize>)>> {
    let links = |place: usize| {
        let below = || prop::collection::btree_set(0..place.max(1), 0..3.min(place + 1));
        (below(), below()).prop_map(move |(parents, dependencies)| {
            let real = |places: std::collections::BTreeSet<usize>| {
                places
                    .into_iter()
                    .filter(|below| *below < place)
                    .collect::<Vec<_>>()
            };
            let parents = real(parents);
            let dependencies = real(dependencies)
                .into_iter()
                .filter(|below| !parents.contains(below))
                .collect();
            (parents, dependencies)
        })
    };
    (1_usize..8).prop_flat_map(move |size| (0..size).map(links).collect::<Vec<_>>())
}

fn build(graph: &[(Vec<usize>, Vec<usize>)]) -> Migrations {
    let name = |place: &usize| format!("r{place}");
    let list = |places: &[usize]| match places {
        [] => "none".to_owned(),
        places => places.iter().map(name).collect::<Vec<_>>().join(", "),
    };
    let files: Vec<String> = graph
        .iter()
        .enumerate()
        .map(|(place, (parents, dependencies))| {
            let id = name(&place);
            let keys = format!("-- depends_on: {}\n", list(dependencies));
            let up = format!("CREATE TABLE t_{id} (i);");
            file_with(
                &id,
                &list(parents),
                &keys,
                ("", &up),
                ("", &format!("DROP TABLE t_{id};")),
            )
        })
        .collect();
    set(&files)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn hold_after_any_walk(graph in graphs(), walk in prop::collection::vec((0_u8..4, any::<prop::sample::Index>()), 1..8)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let (set, pool) = (build(&graph), memory().await);
            for (verb, place) in walk {
                let id = format!("r{}", place.index(graph.len()));
                let run = match verb {
                    0 | 1 => Run::upgrade(id),
                    2 => Run::downgrade(id),
                    _ => Run::stamp([id]),
                };
                // A stamp does not make tables, so what is run later may fail: the invariants hold all the same.
                let _ = set.run(&pool, run).await;
                check(&graph, &pool).await?;
            }
            Ok::<(), TestCaseError>(())
        })?;
    }
}

async fn check(
    graph: &[(Vec<usize>, Vec<usize>)],
    pool: &sqlx::SqlitePool,
) -> Result<(), TestCaseError> {
    let sql = "SELECT revision, is_head FROM schema_revisions WHERE state = 'applied'";
    let Ok(rows) = sqlx::query_as::<_, (String, bool)>(sql)
        .fetch_all(pool)
        .await
    else {
        return Ok(());
    };
    let place = |id: &str| id[1..].parse::<usize>().expect("a place");
    let applied: Vec<usize> = rows.iter().map(|(id, _)| place(id)).collect();
    for (id, is_head) in &rows {
        let (parents, dependencies) = &graph[place(id)];
        prop_assert!(
            parents
                .iter()
                .chain(dependencies)
                .all(|below| applied.contains(below)),
            "{id} stands on nothing"
        );
        let carries = applied.iter().any(|above| {
            let (parents, dependencies) = &graph[*above];
            parents.contains(&place(id)) || dependencies.contains(&place(id))
        });
        prop_assert_eq!(*is_head, !carries, "{} is a head", id);
    }
    Ok(())
}
