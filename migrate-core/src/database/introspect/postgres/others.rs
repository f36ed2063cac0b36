//! What is kept by its definition, or by a description where the server has none.

use super::{Reader, SCHEMA, no_extension};
use crate::database::error::ServerError;
use crate::model::schema::{Kind, ObjectId, Other, Schema};

/// One kind of object: `SELECT schema, name, number of the relation it is on, definition`.
fn queries(namespaces: &str) -> Vec<(Kind, String)> {
    let of = |kind, select: String, catalogue: &str| {
        (
            kind,
            format!("{select} AND {}", no_extension(catalogue, "o.oid")),
        )
    };
    let in_namespace =
        |column: &str| format!("JOIN pg_namespace n ON n.oid = o.{column} WHERE {namespaces}");
    vec![
        of(
            Kind::Rule,
            format!(
                "SELECT NULL, o.rulename::text, o.ev_class::text, pg_get_ruledef(o.oid, true) FROM pg_rewrite o \
                 JOIN pg_class c ON c.oid = o.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace \
                 WHERE o.rulename <> '_RETURN' AND {namespaces}"
            ),
            "pg_rewrite",
        ),
        of(
            Kind::Statistics,
            format!(
                "SELECT {SCHEMA}, o.stxname::text, NULL, regexp_replace(pg_get_statisticsobjdef(o.oid), \
                 '^CREATE STATISTICS \\S+', 'CREATE STATISTICS ' || quote_ident(o.stxname)) \
                 FROM pg_statistic_ext o {}",
                in_namespace("stxnamespace")
            ),
            "pg_statistic_ext",
        ),
        of(
            Kind::Aggregate,
            format!(
                "SELECT {SCHEMA}, o.proname || '(' || oidvectortypes(o.proargtypes) || ')', NULL, \
                 concat_ws(', ', 'SFUNC = ' || a.aggtransfn, 'STYPE = ' || format_type(a.aggtranstype, NULL), \
                 'FINALFUNC = ' || NULLIF(a.aggfinalfn::oid, 0)::regproc, 'INITCOND = ' || a.agginitval, \
                 'COMBINEFUNC = ' || NULLIF(a.aggcombinefn::oid, 0)::regproc, 'PARALLEL = ' || o.proparallel::text) \
                 FROM pg_proc o JOIN pg_aggregate a ON a.aggfnoid = o.oid {}",
                in_namespace("pronamespace")
            ),
            "pg_proc",
        ),
        of(
            Kind::Operator,
            format!(
                "SELECT {SCHEMA}, o.oprname || '(' || concat_ws(', ', NULLIF(o.oprleft, 0)::regtype, \
                 NULLIF(o.oprright, 0)::regtype) || ')', NULL, concat_ws(', ', 'FUNCTION = ' || o.oprcode, \
                 'COMMUTATOR = ' || NULLIF(o.oprcom, 0)::regoperator, 'NEGATOR = ' || \
                 NULLIF(o.oprnegate, 0)::regoperator, 'HASHES = ' || o.oprcanhash, 'MERGES = ' || o.oprcanmerge) \
                 FROM pg_operator o {}",
                in_namespace("oprnamespace")
            ),
            "pg_operator",
        ),
        of(
            Kind::Cast,
            "SELECT NULL, format_type(o.castsource, NULL) || ' AS ' || format_type(o.casttarget, NULL), NULL, \
             concat_ws(', ', 'FUNCTION = ' || NULLIF(o.castfunc, 0)::regprocedure, 'CONTEXT = ' || o.castcontext::text, \
             'METHOD = ' || o.castmethod::text) FROM pg_cast o WHERE o.oid >= 16384"
                .to_owned(),
            "pg_cast",
        ),
        of(
            Kind::Collation,
            format!(
                "SELECT {SCHEMA}, o.collname::text, NULL, (to_jsonb(o) - 'oid' - 'collname' - 'collnamespace' \
                 - 'collowner' - 'collversion')::text FROM pg_collation o {}",
                in_namespace("collnamespace")
            ),
            "pg_collation",
        ),
        of(
            Kind::Range,
            format!(
                "SELECT {SCHEMA}, o.typname::text, NULL, concat_ws(', ', 'SUBTYPE = ' || format_type(r.rngsubtype, NULL), \
                 'COLLATION = ' || NULLIF(r.rngcollation, 0)::regcollation, \
                 'CANONICAL = ' || NULLIF(r.rngcanonical::oid, 0)::regproc, \
                 'SUBTYPE_DIFF = ' || NULLIF(r.rngsubdiff::oid, 0)::regproc) \
                 FROM pg_type o JOIN pg_range r ON r.rngtypid = o.oid {}",
                in_namespace("typnamespace")
            ),
            "pg_type",
        ),
        of(
            Kind::TextSearch,
            format!(
                "SELECT {SCHEMA}, o.cfgname::text, NULL, (SELECT string_agg(m.maptokentype || ' ' || d.dictname, ', ' \
                 ORDER BY m.maptokentype, m.mapseqno) FROM pg_ts_config_map m JOIN pg_ts_dict d ON d.oid = m.mapdict \
                 WHERE m.mapcfg = o.oid) FROM pg_ts_config o {}",
                in_namespace("cfgnamespace")
            ),
            "pg_ts_config",
        ),
        of(
            Kind::EventTrigger,
            "SELECT NULL, o.evtname::text, NULL, concat_ws(' ', 'ON', o.evtevent, 'WHEN TAG IN ' || o.evttags::text, \
             'EXECUTE FUNCTION', o.evtfoid::regproc, o.evtenabled::text) FROM pg_event_trigger o WHERE true"
                .to_owned(),
            "pg_event_trigger",
        ),
        of(
            Kind::Publication,
            "SELECT NULL, o.pubname::text, NULL, (to_jsonb(o) - 'oid' - 'pubname' - 'pubowner')::text || ' ' || \
             COALESCE((SELECT string_agg(r.prrelid::regclass::text, ', ' ORDER BY r.prrelid::regclass::text) \
             FROM pg_publication_rel r WHERE r.prpubid = o.oid), '') FROM pg_publication o WHERE true"
                .to_owned(),
            "pg_publication",
        ),
        of(
            Kind::ForeignServer,
            "SELECT NULL, o.srvname::text, NULL, concat_ws(' ', 'FOREIGN DATA WRAPPER', w.fdwname, o.srvtype, \
             o.srvversion, o.srvoptions::text) FROM pg_foreign_server o \
             JOIN pg_foreign_data_wrapper w ON w.oid = o.srvfdw WHERE true"
                .to_owned(),
            "pg_foreign_server",
        ),
    ]
}

impl Reader<'_> {
    pub(super) async fn others(&mut self, schema: &mut Schema) -> Result<(), ServerError> {
        // One round trip for all of them: the word of a kind is its place in the list.
        let queries = queries(&self.namespaces);
        let selects: Vec<String> = queries
            .iter()
            .enumerate()
            .map(|(place, (_, query))| {
                format!("SELECT '{place}', q.a, q.b, q.c, q.d FROM ({query}) AS q(a, b, c, d)")
            })
            .collect();
        for mut row in self.rows(selects.join("\nUNION ALL\n")).await? {
            let place: usize = row.number();
            let Some((kind, _)) = queries.get(place) else {
                continue;
            };
            let (name, relation, definition) = (row.name(), row.option(), row.text());
            let mut other = Other::new(*kind, name, definition);
            if let Some(relation) = relation {
                let Some(table) = self.relation(&relation) else {
                    continue;
                };
                other.id = ObjectId {
                    table: Some(table.clone()),
                    ..other.id
                };
            }
            schema.others.insert(other);
        }
        Ok(())
    }
}
