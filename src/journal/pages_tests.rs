//! Lists go on behind their last row, no question reads through everything, and none reads more where there is more.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::*;
use crate::domain::{ItemKey, Sku};
use crate::journal::Fingerprint;

fn journal() -> (tempfile::TempDir, Journal) {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(&folder.path().join("j.sqlite")).unwrap();
    (folder, journal)
}

fn noon(day: u32) -> NaiveDateTime {
    let day = NaiveDate::from_ymd_opt(2026, 1, day).unwrap();
    day.and_hms_opt(12, 0, 0).unwrap()
}

fn run(journal: &Journal, file: &str, rows: &[(&str, OutcomeKind)]) -> Run {
    let print = Fingerprint {
        hash: file.to_owned(),
        size: 1,
    };
    let run = journal.begin("main", file, &print, noon(3)).unwrap();
    let outcomes: Vec<Outcome> = (1..)
        .zip(rows)
        .map(|(line, (key, kind))| Outcome {
            line,
            key: (*key).to_owned(),
            field: "price".to_owned(),
            kind: *kind,
            detail: None,
        })
        .collect();
    journal.note_outcomes(run.id, &outcomes).unwrap();
    journal
        .finish(run.id, RunState::Done, None, None, noon(3))
        .unwrap();
    journal.run(run.id).unwrap().unwrap()
}

#[test]
fn lists_go_on_behind_their_last_row() {
    use OutcomeKind::{Applied, Rejected, Unchanged, Unknown};
    let (_folder, journal) = journal();
    let rows = [
        ("A", Unchanged),
        ("B", Applied),
        ("C", Rejected),
        ("D", Unknown),
    ];
    let first = run(&journal, "a_b.csv", &rows);
    let second = run(&journal, "axb.csv", &[("B", Unchanged)]);
    let ids = |filter: RunFilter<'_>, limit| -> Vec<i64> {
        let runs = journal.runs_page(&filter, limit).unwrap();
        runs.iter().map(|run| run.id.0).collect()
    };
    let all = RunFilter::default();
    assert_eq!(ids(all.clone(), 1), [2]);
    let before = Some(second.id);
    assert_eq!(
        ids(
            RunFilter {
                before,
                ..all.clone()
            },
            9
        ),
        [1]
    );
    let search = |search| RunFilter {
        search: Some(search),
        ..RunFilter::default()
    };
    assert_eq!(ids(search("a_b"), 9), [1], "no wildcard");
    assert_eq!(
        ids(search("B"), 9),
        [2, 1],
        "an article, or a part of a name"
    );
    assert_eq!(ids(search("C"), 9), [2, 1]);
    assert_eq!(ids(search("D"), 9), [1]);
    let keys = |filter, after| -> Vec<String> {
        let rows = journal.rows_page(first.id, filter, after, 9).unwrap();
        rows.into_iter().map(|row| row.outcome.key).collect()
    };
    assert_eq!(keys(RowFilter::All, 2), ["C", "D"]);
    assert_eq!(keys(RowFilter::Faulty, 0), ["C", "D"]);
    assert_eq!(keys(RowFilter::Kind(Unchanged), 0), ["A"]);
    assert_eq!(keys(RowFilter::Kind(Applied), 0), ["B"]);
    assert_eq!(
        journal.noted_tally(&first).unwrap(),
        journal.tally(first.id).unwrap()
    );
    let days = journal.days("main", noon(2).date(), 3).unwrap();
    let day = Day {
        n_applied: 1,
        n_faulty: 2,
        n_orders: 0,
    };
    assert_eq!(days, [Day::default(), day, Day::default()]);
}

/// The steps that SQLite would take.
fn steps(journal: &Journal, sql: &str) -> Vec<String> {
    let mut statement = journal
        .connection
        .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
        .unwrap();
    for at in 1..=statement.parameter_count() {
        statement.raw_bind_parameter(at, 1).unwrap();
    }
    let mut rows = statement.raw_query();
    let mut steps = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        steps.push(row.get(3).unwrap());
    }
    steps
}

#[test]
fn no_list_is_read_through_or_sorted() {
    use OutcomeKind::{Applied, Rejected};
    let (_folder, journal) = journal();
    let run_filter = |state, search| {
        let filter = RunFilter {
            exchange: Some("main"),
            state,
            search,
            before: None,
        };
        format!("SELECT id FROM run WHERE {}", runs_condition(&filter))
    };
    let sentences = [
        run_filter(None, None),
        run_filter(Some(RunState::Held), None),
        run_filter(None, Some("a")),
        rows_sql(RowFilter::All),
        rows_sql(RowFilter::Kind(Applied)),
        rows_sql(RowFilter::Kind(Rejected)),
        CALLS.to_owned(),
        orders_sql(None).to_owned(),
        orders_sql(Some(OrderState::Held)).to_owned(),
        PRODUCTS.to_owned(),
        DAYS.to_owned(),
    ];
    for sql in sentences {
        let steps = steps(&journal, &sql);
        let reads_all = steps.iter().any(|step| step.starts_with("SCAN"));
        let sorts = steps
            .iter()
            .any(|step| step.contains("TEMP B-TREE FOR ORDER"));
        assert!(!reads_all && !sorts, "{sql}\n{}", steps.join("\n"));
    }
    // Several kinds are put into one order, but only what is faulty is looked at.
    let faulty = steps(&journal, &rows_sql(RowFilter::Faulty));
    assert!(
        faulty.iter().any(|step| step.contains("outcome_by_kind")),
        "{faulty:?}"
    );
}

/// A filled journal that counts what SQLite does, in hundreds of its steps.
struct Filled {
    _folder: tempfile::TempDir,
    journal: Journal,
    n_steps: Arc<AtomicU64>,
}

impl Filled {
    fn effort(&self, ask: impl Fn(&Journal)) -> u64 {
        self.n_steps.store(0, Ordering::Relaxed);
        ask(&self.journal);
        self.n_steps.load(Ordering::Relaxed)
    }
}

/// So many runs of three rows, ten of them a day, and one of `n_rows`; half as many orders as runs.
fn filled(n_runs: i64, n_rows: i64) -> Filled {
    let (folder, mut journal) = journal();
    let fill = format!(
        "BEGIN;
         WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {n_runs})
         INSERT INTO run (id, exchange, file, hash, size, state, started_at, finished_at)
         SELECT n, 'main', 'offers' || n || '.xml', n, 1, CASE WHEN n % 500 = 0 THEN 'held' ELSE 'done' END,
             datetime('2026-01-01', (n / 10 - {n_runs} / 10) || ' days'), '2026-01-01 00:00:00' FROM n;
         UPDATE run SET state = 'open' WHERE id = {n_runs};
         INSERT INTO outcome SELECT id, line, line, 'A-' || line, 'price', 'applied', NULL
             FROM run, (SELECT 1 AS line UNION SELECT 2 UNION SELECT 3) WHERE id < {n_runs};
         INSERT INTO run_tally SELECT id, 'applied', 3 FROM run WHERE id < {n_runs};
         WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {n_rows})
         INSERT INTO outcome SELECT {n_runs}, n, n, 'A-' || n, 'price',
             CASE WHEN n % 100 = 0 THEN 'unknown' WHEN n % 100 = 1 THEN 'applied' ELSE 'unchanged' END, NULL FROM n;
         WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {n_rows})
         INSERT INTO article SELECT 'main', printf('a-%07d', n), n FROM n;
         INSERT INTO product_state (exchange, match_key, price, quantity) SELECT exchange, match_key, '1', 1 FROM article;
         INSERT INTO identity (exchange, item, sku, match_key, seen_at)
             SELECT exchange, 'guid-' || sku, sku, match_key, '' FROM article;
         INSERT INTO order_ledger (exchange, order_id, state, seen_at, written_at)
             SELECT 'main', id, CASE WHEN id % 500 = 0 THEN 'held' ELSE 'confirmed' END, started_at, started_at
             FROM run WHERE id % 2 = 0;
         WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {n_rows} / 100)
         INSERT INTO call (exchange, run, function, state, intended_at)
             SELECT 'main', {n_runs}, 'prices', 'confirmed', '' FROM n;
         COMMIT; ANALYZE;"
    );
    journal.connection.execute_batch(&fill).unwrap();
    let n_steps = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&n_steps);
    let count = move || {
        counted.fetch_add(1, Ordering::Relaxed);
        false
    };
    journal
        .connection
        .progress_handler(100, Some(count))
        .unwrap();
    Filled {
        _folder: folder,
        journal,
        n_steps,
    }
}

fn latest(journal: &Journal) -> Run {
    let mut runs = journal.runs_page(&of_main(None), 1).unwrap();
    runs.remove(0)
}

fn of_main(state: Option<RunState>) -> RunFilter<'static> {
    RunFilter {
        exchange: Some("main"),
        state,
        ..RunFilter::default()
    }
}

/// Its name, and how much was found.
type Question = (&'static str, Box<dyn Fn(&Journal) -> usize>);

fn questions() -> Vec<Question> {
    let today = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
    let rows = |filter| {
        move |journal: &Journal| {
            journal
                .rows_page(latest(journal).id, filter, 5_000, 200)
                .unwrap()
                .len()
        }
    };
    vec![
        (
            "runs",
            Box::new(|journal| journal.runs_page(&of_main(None), 50).unwrap().len()),
        ),
        (
            "runs that wait",
            Box::new(|journal| {
                let held = of_main(Some(RunState::Held));
                journal.runs_page(&held, 2).unwrap().len()
            }),
        ),
        ("rows", Box::new(rows(RowFilter::All))),
        (
            "rows by kind",
            Box::new(rows(RowFilter::Kind(OutcomeKind::Applied))),
        ),
        (
            "an open run",
            Box::new(|journal| {
                let run = latest(journal);
                assert_eq!(run.state, RunState::Open);
                assert!(journal.n_rows_so_far(run.id).unwrap() >= 30_000);
                usize::try_from(journal.noted_tally(&run).unwrap().total()).unwrap() + 1
            }),
        ),
        (
            "calls",
            Box::new(|journal| journal.calls_page(latest(journal).id, 0, 50).unwrap().len()),
        ),
        (
            "orders",
            Box::new(|journal| {
                journal
                    .orders_page("main", None, i64::MAX, 50)
                    .unwrap()
                    .len()
            }),
        ),
        (
            "products",
            Box::new(|journal| {
                journal
                    .products_page("main", "", "a-0020000", 100)
                    .unwrap()
                    .len()
            }),
        ),
        (
            "the last order",
            Box::new(|journal| usize::from(journal.last_order_written("main").unwrap().is_some())),
        ),
        (
            "the last days",
            Box::new(move |journal| journal.days("main", today, 14).unwrap().len()),
        ),
    ]
}

#[test]
fn what_a_page_asks_costs_the_same_however_much_there_is() {
    let few = filled(1_000, 30_000);
    let many = filled(10_000, 300_000);
    for (name, ask) in &questions() {
        assert!(ask(&many.journal) > 0, "{name}: nothing was found");
        let ask = |journal: &Journal| {
            ask(journal);
        };
        let (small, large) = (few.effort(ask), many.effort(ask));
        // Deeper trees of an index, no more.
        assert!(
            large <= small + small / 2 + 5,
            "{name}: {small} hundred steps, and {large} with ten times as much"
        );
    }
    // What is counted is counted by an index, and what is searched by name is read run by run, never row by row.
    let counted = many.effort(|journal| {
        assert_eq!(journal.n_runs("main", RunState::Held).unwrap(), 19);
    });
    assert!(counted <= 5, "{counted}");
    let searched = many.effort(|journal| {
        let nowhere = RunFilter {
            search: Some("nowhere"),
            ..RunFilter::default()
        };
        assert_eq!(journal.runs_page(&nowhere, 50).unwrap(), []);
    });
    assert!(
        searched < 10_000,
        "{searched} hundred steps for 10,000 runs"
    );
}

#[test]
fn an_article_that_several_ids_go_by_is_one_product_on_every_page() {
    let (_folder, journal) = journal();
    let now = noon(1);
    for article in ["A", "B"] {
        journal.learn_article("main", article).unwrap();
    }
    let sku = Sku::parse("A").unwrap();
    let derived = ItemKey::derived_from(&sku.match_key());
    for (item, name) in [
        (derived.as_str(), "of our own making"),
        ("guid#red", "a variant"),
        ("guid", "the product"),
    ] {
        let item = ItemKey::parse(item).unwrap();
        journal
            .learn_identity("main", &item, Some(&sku), None, Some(name), now)
            .unwrap();
    }
    let page = |after: &str| journal.products_page("main", "", after, 1).unwrap();
    let first = page("").remove(0);
    assert_eq!(first.item.as_deref(), Some("guid"));
    assert_eq!(first.name.as_deref(), Some("the product"));
    let second = page(&first.match_key).remove(0);
    assert_eq!(second.article, "B");
    assert!(page(&second.match_key).is_empty());
    assert_eq!(journal.products_page("main", "", "", 9).unwrap().len(), 2);
}
