//! What is kept by its definition: a statement where the server has one, else what stands behind the name in one.

use super::{Reader, SCHEMA, no_extension};
use crate::database::error::ServerError;
use crate::model::schema::{Kind, ObjectId, Other, Schema};

/// Between the lines of a definition that stands in parentheses.
const LINES: &str = "',' || chr(10) || '    '";

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
                 concat_ws({LINES}, 'SFUNC = ' || a.aggtransfn, 'STYPE = ' || format_type(a.aggtranstype, NULL), \
                 'FINALFUNC = ' || NULLIF(a.aggfinalfn::oid, 0)::regproc, 'INITCOND = ' || quote_literal(a.agginitval), \
                 'COMBINEFUNC = ' || NULLIF(a.aggcombinefn::oid, 0)::regproc, \
                 'SORTOP = ' || NULLIF(a.aggsortop::oid, 0)::regoper, \
                 CASE o.proparallel WHEN 's' THEN 'PARALLEL = safe' WHEN 'r' THEN 'PARALLEL = restricted' END) \
                 FROM pg_proc o JOIN pg_aggregate a ON a.aggfnoid = o.oid {}",
                in_namespace("pronamespace")
            ),
            "pg_proc",
        ),
        of(
            Kind::Operator,
            format!(
                "SELECT {SCHEMA}, o.oprname || '(' || concat_ws(', ', NULLIF(o.oprleft, 0)::regtype, \
                 NULLIF(o.oprright, 0)::regtype) || ')', NULL, concat_ws({LINES}, 'FUNCTION = ' || o.oprcode, \
                 'LEFTARG = ' || NULLIF(o.oprleft, 0)::regtype, 'RIGHTARG = ' || NULLIF(o.oprright, 0)::regtype, \
                 'COMMUTATOR = ' || NULLIF(o.oprcom, 0)::regoper, 'NEGATOR = ' || NULLIF(o.oprnegate, 0)::regoper, \
                 'RESTRICT = ' || NULLIF(o.oprrest::oid, 0)::regproc, 'JOIN = ' || NULLIF(o.oprjoin::oid, 0)::regproc, \
                 CASE WHEN o.oprcanhash THEN 'HASHES' END, CASE WHEN o.oprcanmerge THEN 'MERGES' END) \
                 FROM pg_operator o {}",
                in_namespace("oprnamespace")
            ),
            "pg_operator",
        ),
        of(
            Kind::Cast,
            "SELECT NULL, format_type(o.castsource, NULL) || ' AS ' || format_type(o.casttarget, NULL), NULL, \
             concat_ws(' ', CASE o.castmethod WHEN 'i' THEN 'WITH INOUT' WHEN 'b' THEN 'WITHOUT FUNCTION' \
             ELSE 'WITH FUNCTION ' || o.castfunc::regprocedure END, \
             CASE o.castcontext WHEN 'a' THEN 'AS ASSIGNMENT' WHEN 'i' THEN 'AS IMPLICIT' END) \
             FROM pg_cast o WHERE o.oid >= 16384"
                .to_owned(),
            "pg_cast",
        ),
        of(
            Kind::Collation,
            // The columns have other names from version to version.
            format!(
                "SELECT {SCHEMA}, o.collname::text, NULL, concat_ws(', ', \
                 'provider = ' || CASE o.collprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'libc' END, \
                 'locale = ' || quote_literal(COALESCE(j.j->>'colllocale', j.j->>'colliculocale', \
                 CASE WHEN j.j->>'collcollate' = j.j->>'collctype' THEN j.j->>'collcollate' END)), \
                 CASE WHEN j.j->>'collcollate' <> j.j->>'collctype' THEN 'lc_collate = ' || \
                 quote_literal(j.j->>'collcollate') || ', lc_ctype = ' || quote_literal(j.j->>'collctype') END, \
                 'rules = ' || quote_literal(j.j->>'collicurules'), \
                 CASE WHEN NOT o.collisdeterministic THEN 'deterministic = false' END) \
                 FROM pg_collation o CROSS JOIN LATERAL (SELECT to_jsonb(o)) AS j(j) {}",
                in_namespace("collnamespace")
            ),
            "pg_collation",
        ),
        of(
            Kind::Range,
            format!(
                "SELECT {SCHEMA}, o.typname::text, NULL, concat_ws({LINES}, \
                 'SUBTYPE = ' || format_type(r.rngsubtype, NULL), \
                 'COLLATION = ' || NULLIF(NULLIF(r.rngcollation, 0), \
                 (SELECT b.typcollation FROM pg_type b WHERE b.oid = r.rngsubtype))::regcollation, \
                 'CANONICAL = ' || NULLIF(r.rngcanonical::oid, 0)::regproc, \
                 'SUBTYPE_DIFF = ' || NULLIF(r.rngsubdiff::oid, 0)::regproc) \
                 FROM pg_type o JOIN pg_range r ON r.rngtypid = o.oid {}",
                in_namespace("typnamespace")
            ),
            "pg_type",
        ),
        of(
            Kind::TextSearch,
            // One line for the parser, and one for each kind of token that is mapped.
            format!(
                "SELECT {SCHEMA}, o.cfgname::text, NULL, concat_ws(chr(10), 'PARSER = ' || quote_ident(pn.nspname) || '.' || \
                 quote_ident(pa.prsname), (SELECT string_agg('ADD MAPPING FOR ' || k.alias || ' WITH ' || k.dictionaries, \
                 chr(10) ORDER BY k.alias) FROM (SELECT t.alias, string_agg(m.mapdict::regdictionary::text, ', ' \
                 ORDER BY m.mapseqno) FROM pg_ts_config_map m JOIN LATERAL ts_token_type(o.cfgparser) AS t \
                 ON t.tokid = m.maptokentype WHERE m.mapcfg = o.oid GROUP BY t.alias) AS k(alias, dictionaries))) \
                 FROM pg_ts_config o JOIN pg_ts_parser pa ON pa.oid = o.cfgparser \
                 JOIN pg_namespace pn ON pn.oid = pa.prsnamespace {}",
                in_namespace("cfgnamespace")
            ),
            "pg_ts_config",
        ),
        of(
            Kind::EventTrigger,
            "SELECT NULL, o.evtname::text, NULL, concat_ws(' ', 'ON', o.evtevent, 'WHEN TAG IN (' || \
             (SELECT string_agg(quote_literal(tag), ', ') FROM unnest(o.evttags) AS tag) || ')', \
             'EXECUTE FUNCTION', o.evtfoid::regproc || '()', CASE o.evtenabled WHEN 'O' THEN NULL WHEN 'D' \
             THEN '/* disabled */' WHEN 'R' THEN '/* for replicas */' ELSE '/* always */' END) \
             FROM pg_event_trigger o WHERE true"
                .to_owned(),
            "pg_event_trigger",
        ),
        of(
            Kind::Publication,
            "SELECT NULL, o.pubname::text, NULL, concat_ws(' ', CASE WHEN o.puballtables THEN 'FOR ALL TABLES' ELSE \
             'FOR TABLE ' || (SELECT string_agg(r.prrelid::regclass::text, ', ' ORDER BY r.prrelid::regclass::text) \
             FROM pg_publication_rel r WHERE r.prpubid = o.oid) END, 'WITH (' || NULLIF(concat_ws(', ', \
             CASE WHEN NOT (o.pubinsert AND o.pubupdate AND o.pubdelete AND o.pubtruncate) THEN 'publish = ' || \
             quote_literal(concat_ws(', ', CASE WHEN o.pubinsert THEN 'insert' END, CASE WHEN o.pubupdate THEN 'update' \
             END, CASE WHEN o.pubdelete THEN 'delete' END, CASE WHEN o.pubtruncate THEN 'truncate' END)) END, \
             CASE WHEN o.pubviaroot THEN 'publish_via_partition_root = true' END), '') || ')') \
             FROM pg_publication o WHERE true"
                .to_owned(),
            "pg_publication",
        ),
        of(
            Kind::ForeignServer,
            "SELECT NULL, o.srvname::text, NULL, concat_ws(' ', 'TYPE ' || quote_literal(o.srvtype), \
             'VERSION ' || quote_literal(o.srvversion), 'FOREIGN DATA WRAPPER', quote_ident(w.fdwname), 'OPTIONS (' || \
             (SELECT string_agg(quote_ident(x.option_name) || ' ' || quote_literal(x.option_value), ', ') \
             FROM pg_options_to_table(o.srvoptions) AS x) || ')') FROM pg_foreign_server o \
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
