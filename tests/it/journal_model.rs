//! The journal against a model of a few maps: whatever happens in whatever order,
//! and however often it is closed in between, both say the same.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chrono::{Duration, NaiveDateTime};
use obmen::domain::{ItemKey, Listed, Money, OrderId, Sku, StatusId};
use obmen::journal::{
    Approval, CallId, Fingerprint, Journal, JournalError, OrderState, Outcome, OutcomeKind,
    Pending, RunId, RunState,
};
use obmen::plan::Action;
use obmen::wording::Message;
use proptest::prelude::*;

const EXCHANGES: [&str; 2] = ["tea", "pens"];
/// The first two are one article to the shop.
const SKUS: [&str; 3] = ["А-1", "а-1", "Б-2"];
const ITEMS: [&str; 3] = ["i1", "i2", "i1#v"];
const FILES: [&str; 2] = ["orders.xml", "orders-2.xml"];
const ORDERS: u32 = 3;

/// One thing that happens. Numbers choose among what there is.
#[derive(Debug, Clone)]
enum Step {
    Begin {
        at: usize,
        file: usize,
        content: u8,
    },
    Finish {
        run: usize,
        state: usize,
        waits: bool,
    },
    Approve {
        run: usize,
    },
    ForgetRetry {
        run: usize,
    },
    Outcomes {
        run: usize,
        kind: usize,
        n: u8,
    },
    Articles {
        at: usize,
        which: u8,
    },
    Intend {
        at: usize,
        run: Option<usize>,
        what: What,
    },
    Confirm {
        call: usize,
    },
    Close {
        call: usize,
        how: u8,
    },
    See {
        at: usize,
        order: u32,
    },
    Hold {
        at: usize,
        order: u32,
    },
    Publish {
        at: usize,
        orders: u8,
        file: usize,
    },
    Written {
        at: usize,
        file: usize,
    },
    Taken {
        at: usize,
        file: usize,
        only_replaced: bool,
    },
    ConfirmOrder {
        at: usize,
        order: u32,
    },
    Again {
        at: usize,
        order: u32,
    },
    Document {
        at: usize,
        order: u32,
        file: usize,
    },
    Goods {
        at: usize,
        order: u32,
        skus: u8,
    },
    Learn {
        at: usize,
        item: usize,
        sku: Option<usize>,
        name: Option<u8>,
    },
    Forget {
        at: usize,
        item: usize,
    },
    Wait {
        at: usize,
        item: usize,
        price: Option<u8>,
        quantity: Option<i8>,
    },
    Release {
        at: usize,
        item: usize,
    },
    NeverAdd {
        at: usize,
        sku: usize,
    },
    /// The process ends and begins again.
    Reopen,
    /// A look ahead: nothing of it is kept.
    Rehearse(Vec<Step>),
}

#[derive(Debug, Clone, Copy)]
enum What {
    Price(usize, u8),
    Quantity(usize, i8),
    Status(u32, u8),
}

fn step() -> impl Strategy<Value = Step> {
    let at = || 0..EXCHANGES.len();
    let order = || 1..=ORDERS;
    let file = || 0..FILES.len();
    let sku = || 0..SKUS.len();
    let item = || 0..ITEMS.len();
    let what = prop_oneof![
        (sku(), any::<u8>()).prop_map(|(sku, price)| What::Price(sku, price)),
        (sku(), any::<i8>()).prop_map(|(sku, n)| What::Quantity(sku, n)),
        (order(), 1..9_u8).prop_map(|(order, status)| What::Status(order, status)),
    ];
    let runs = prop_oneof![
        (at(), file(), 0..2_u8).prop_map(|(at, file, content)| Step::Begin { at, file, content }),
        (0..9_usize, 0..5_usize, any::<bool>()).prop_map(|(run, state, waits)| Step::Finish {
            run,
            state,
            waits
        }),
        (0..9_usize).prop_map(|run| Step::Approve { run }),
        (0..9_usize).prop_map(|run| Step::ForgetRetry { run }),
        (0..9_usize, 0..3_usize, 0..4_u8).prop_map(|(run, kind, n)| Step::Outcomes {
            run,
            kind,
            n
        }),
    ];
    let calls =
        prop_oneof![
            (at(), 0..8_u8).prop_map(|(at, which)| Step::Articles { at, which }),
            (at(), proptest::option::of(0..9_usize), what)
                .prop_map(|(at, run, what)| Step::Intend { at, run, what }),
            (0..9_usize).prop_map(|call| Step::Confirm { call }),
            (0..9_usize, 0..3_u8).prop_map(|(call, how)| Step::Close { call, how }),
            (at(), order(), 0..8_u8).prop_map(|(at, order, skus)| Step::Goods { at, order, skus }),
            (at(), sku()).prop_map(|(at, sku)| Step::NeverAdd { at, sku }),
        ];
    let orders = prop_oneof![
        (at(), order()).prop_map(|(at, order)| Step::See { at, order }),
        (at(), order()).prop_map(|(at, order)| Step::Hold { at, order }),
        (at(), 0..8_u8, file()).prop_map(|(at, orders, file)| Step::Publish { at, orders, file }),
        (at(), file()).prop_map(|(at, file)| Step::Written { at, file }),
        (at(), file(), any::<bool>()).prop_map(|(at, file, only_replaced)| Step::Taken {
            at,
            file,
            only_replaced
        }),
        (at(), order()).prop_map(|(at, order)| Step::ConfirmOrder { at, order }),
        (at(), order()).prop_map(|(at, order)| Step::Again { at, order }),
        (at(), order(), file()).prop_map(|(at, order, file)| Step::Document { at, order, file }),
    ];
    let identities = prop_oneof![
        (
            at(),
            item(),
            proptest::option::of(sku()),
            proptest::option::of(0..3_u8)
        )
            .prop_map(|(at, item, sku, name)| Step::Learn {
                at,
                item,
                sku,
                name
            }),
        (at(), item()).prop_map(|(at, item)| Step::Forget { at, item }),
        (at(), item(), any::<Option<u8>>(), any::<Option<i8>>()).prop_map(
            |(at, item, price, quantity)| Step::Wait {
                at,
                item,
                price,
                quantity
            }
        ),
        (at(), item()).prop_map(|(at, item)| Step::Release { at, item }),
    ];
    let plain = prop_oneof![2 => runs, 3 => calls, 3 => orders, 2 => identities];
    prop_oneof![
        10 => plain.clone(),
        1 => Just(Step::Reopen),
        1 => proptest::collection::vec(plain, 0..5).prop_map(Step::Rehearse),
    ]
}

#[derive(Debug, Clone, Default)]
struct Model {
    sides: [Side; 2],
    runs: Vec<MRun>,
    calls: Vec<MCall>,
}

/// One exchange.
#[derive(Debug, Clone, Default)]
struct Side {
    articles: BTreeSet<String>,
    products: BTreeMap<String, (Option<Money>, Option<i32>)>,
    /// What was known before it came into doubt.
    last: BTreeMap<String, (Option<Money>, Option<i32>)>,
    statuses: BTreeMap<u32, Option<StatusId>>,
    ledger: BTreeMap<u32, (OrderState, Option<usize>)>,
    documents: BTreeMap<u32, (usize, String)>,
    goods: BTreeMap<u32, BTreeSet<String>>,
    items: BTreeMap<usize, (Option<Sku>, Option<String>)>,
    pending: BTreeMap<usize, (Option<Money>, Option<i32>)>,
    never: BTreeSet<String>,
}

#[derive(Debug, Clone)]
struct MRun {
    at: usize,
    file: usize,
    content: u8,
    state: RunState,
    attempts: u32,
    retry_at: Option<NaiveDateTime>,
    started_at: NaiveDateTime,
    is_approved: bool,
    outcomes: Vec<OutcomeKind>,
}

#[derive(Debug, Clone)]
struct MCall {
    id: CallId,
    at: usize,
    run: Option<usize>,
    action: Action,
    is_open: bool,
    is_confirmed: bool,
}

const STATES: [RunState; 5] = [
    RunState::Done,
    RunState::Rejected,
    RunState::Held,
    RunState::Retry,
    RunState::Open,
];
const KINDS: [OutcomeKind; 3] = [
    OutcomeKind::Applied,
    OutcomeKind::Unknown,
    OutcomeKind::Note,
];

fn sku(at: usize) -> Sku {
    Sku::parse(SKUS[at]).unwrap()
}

fn item(at: usize) -> ItemKey {
    ItemKey::parse(ITEMS[at]).unwrap()
}

fn order(n: u32) -> OrderId {
    OrderId::parse(&n.to_string()).unwrap()
}

fn money(n: u8) -> Money {
    Money::parse(&n.to_string()).unwrap()
}

fn chosen(bits: u8) -> impl Iterator<Item = usize> {
    (0..3).filter(move |at| bits & (1 << at) != 0)
}

fn run_id(at: usize) -> RunId {
    RunId(i64::try_from(at).unwrap() + 1)
}

impl What {
    fn action(self) -> Action {
        match self {
            Self::Price(at, price) => Action::Price {
                sku: sku(at),
                price: money(price),
            },
            Self::Quantity(at, n) => Action::Quantity {
                sku: sku(at),
                quantity: n.into(),
            },
            Self::Status(n, status) => Action::Status {
                order: order(n),
                status: StatusId::parse(&status.to_string()).unwrap(),
            },
        }
    }
}

impl Side {
    fn forget(&mut self, action: &Action) {
        match action {
            Action::Price { sku, .. } => {
                if let Some(product) = self.products.get_mut(&sku.match_key()) {
                    let last = self.last.entry(sku.match_key()).or_default();
                    last.0 = product.0.or(last.0);
                    product.0 = None;
                }
            }
            Action::Quantity { sku, .. } => {
                if let Some(product) = self.products.get_mut(&sku.match_key()) {
                    let last = self.last.entry(sku.match_key()).or_default();
                    last.1 = product.1.or(last.1);
                    product.1 = None;
                }
            }
            Action::Status { order, .. } => {
                if let Some(status) = self.statuses.get_mut(&order.get()) {
                    *status = None;
                }
            }
            Action::Category(_)
            | Action::Add(_)
            | Action::Details { .. }
            | Action::Name { .. }
            | Action::GroupPrices { .. }
            | Action::Variant { .. } => {
                panic!("no step of the model makes {action:?}")
            }
        }
    }

    fn remember(&mut self, action: &Action) {
        match action {
            Action::Price { sku, price } => {
                self.products.entry(sku.match_key()).or_default().0 = Some(*price);
            }
            Action::Quantity { sku, quantity } => {
                self.products.entry(sku.match_key()).or_default().1 = Some(*quantity);
            }
            Action::Status { order, status } => {
                self.statuses.insert(order.get(), Some(*status));
                self.doubt_stock(order.get());
            }
            Action::Category(_)
            | Action::Add(_)
            | Action::Details { .. }
            | Action::Name { .. }
            | Action::GroupPrices { .. }
            | Action::Variant { .. } => {
                panic!("no step of the model makes {action:?}")
            }
        }
    }

    /// A change of an order moves the stock of its goods in the shop.
    fn doubt_stock(&mut self, order: u32) {
        for key in self.goods.get(&order).into_iter().flatten() {
            if let Some(product) = self.products.get_mut(key) {
                let last = self.last.entry(key.clone()).or_default();
                last.1 = product.1.or(last.1);
                product.1 = None;
            }
        }
    }

    fn move_orders(&mut self, file: usize, from: &[OrderState], to: OrderState) {
        for (state, its_file) in self.ledger.values_mut() {
            if *its_file == Some(file) && from.contains(state) {
                *state = to;
            }
        }
    }
}

/// Does the step in both, and compares what they answer.
fn take(
    step: &Step,
    model: &mut Model,
    journal: &mut Option<Journal>,
    path: &Path,
    now: NaiveDateTime,
) -> Result<(), JournalError> {
    if matches!(step, Step::Reopen) {
        drop(journal.take());
        *journal = Some(Journal::open(path)?);
        return Ok(());
    }
    let journal = journal.as_ref().unwrap();
    if let Step::Rehearse(steps) = step {
        let mut copy = model.clone();
        return journal.rehearse(|| {
            for step in steps {
                apply(step, &mut copy, journal, now)?;
                compare(&copy, journal)?;
            }
            Ok(())
        });
    }
    apply(step, model, journal, now)
}

#[expect(clippy::too_many_lines, reason = "one arm for each step")]
fn apply(
    step: &Step,
    model: &mut Model,
    journal: &Journal,
    now: NaiveDateTime,
) -> Result<(), JournalError> {
    let n_runs = model.runs.len();
    let n_calls = model.calls.len();
    match *step {
        Step::Reopen | Step::Rehearse(_) => {}
        Step::Begin { at, file, content } => {
            let print = Fingerprint {
                hash: content.to_string(),
                size: 1,
            };
            let run = journal.begin(EXCHANGES[at], FILES[file], &print, now)?;
            let interrupted = model.runs.iter().rposition(|run| {
                (run.at, run.file, run.content) == (at, file, content)
                    && matches!(run.state, RunState::Open | RunState::Retry | RunState::Held)
            });
            let at = if let Some(at) = interrupted {
                let run = &mut model.runs[at];
                run.state = RunState::Open;
                run.attempts += 1;
                run.retry_at = None;
                run.outcomes.clear();
                at
            } else {
                model.runs.push(MRun {
                    at,
                    file,
                    content,
                    state: RunState::Open,
                    attempts: 1,
                    retry_at: None,
                    started_at: now,
                    is_approved: false,
                    outcomes: Vec::new(),
                });
                n_runs
            };
            assert_eq!(run.id, run_id(at));
        }
        Step::Finish { run, state, waits } if n_runs > 0 => {
            let (run, retry_at) = (run % n_runs, waits.then_some(now));
            journal.finish(run_id(run), STATES[state], None, retry_at, now)?;
            model.runs[run].state = STATES[state];
            model.runs[run].retry_at = retry_at;
        }
        Step::Approve { run } if n_runs > 0 => {
            journal.approve(run_id(run % n_runs), Approval::All)?;
            model.runs[run % n_runs].is_approved = true;
        }
        Step::ForgetRetry { run } if n_runs > 0 => {
            journal.forget_retry(run_id(run % n_runs))?;
            // Its time has come.
            let run = &mut model.runs[run % n_runs];
            run.retry_at = run.retry_at.map(|_| run.started_at);
        }
        Step::Outcomes { run, kind, n } if n_runs > 0 => {
            let outcome = Outcome {
                line: 1,
                key: "k".to_owned(),
                field: String::new(),
                kind: KINDS[kind],
                detail: None,
            };
            journal.note_outcomes(run_id(run % n_runs), &vec![outcome; n.into()])?;
            let outcomes = &mut model.runs[run % n_runs].outcomes;
            outcomes.extend(std::iter::repeat_n(KINDS[kind], n.into()));
        }
        Step::Articles { at, which } => {
            let articles: Vec<String> = chosen(which).map(|at| SKUS[at].to_owned()).collect();
            journal.replace_articles(EXCHANGES[at], &listed(&articles))?;
            let side = &mut model.sides[at];
            side.articles = chosen(which).map(|at| sku(at).match_key()).collect();
            let articles = side.articles.clone();
            side.products.retain(|key, _| articles.contains(key));
            side.last.retain(|key, _| articles.contains(key));
        }
        Step::Intend { at, run, what } => {
            let action = what.action();
            let run = run.filter(|_| n_runs > 0).map(|run| run % n_runs);
            let id = journal.intend(
                EXCHANGES[at],
                run.map(run_id),
                action.function(),
                std::slice::from_ref(&action),
                now,
            )?;
            model.sides[at].forget(&action);
            model.calls.push(MCall {
                id,
                at,
                run,
                action,
                is_open: true,
                is_confirmed: false,
            });
        }
        Step::Confirm { call } if n_calls > 0 => {
            let call = &mut model.calls[call % n_calls];
            let actions = std::slice::from_ref(&call.action);
            journal.confirm(EXCHANGES[call.at], call.id, actions, now)?;
            (call.is_open, call.is_confirmed) = (false, true);
            model.sides[call.at].remember(&call.action);
        }
        Step::Close { call, how } if n_calls > 0 => {
            let call = &mut model.calls[call % n_calls];
            match how {
                0 => journal.call_failed(call.id, &Message::plain("x"), now)?,
                1 => journal.call_unclear(call.id, &Message::plain("x"), now)?,
                _ => journal.settle(call.id, &Message::plain("x"), now)?,
            }
            (call.is_open, call.is_confirmed) = (how == 1, false);
        }
        Step::See { at, order: n } => {
            let found = journal.is_to_write(EXCHANGES[at], order(n), now)?;
            let ledger = &mut model.sides[at].ledger;
            let (state, _) = ledger.entry(n).or_insert((OrderState::Seen, None));
            assert_eq!(
                found,
                matches!(state, OrderState::Seen | OrderState::Held),
                "{state:?}"
            );
        }
        Step::Hold { at, order: n } => {
            journal.hold_order(EXCHANGES[at], order(n), &Message::plain("x"))?;
            if let Some((state, _)) = model.sides[at].ledger.get_mut(&n) {
                *state = OrderState::Held;
            }
        }
        Step::Publish { at, orders, file } => {
            let numbers = || chosen(orders).map(|n| u32::try_from(n).unwrap() + 1);
            let ids: Vec<OrderId> = numbers().map(order).collect();
            journal.mark_publishing(EXCHANGES[at], &ids, FILES[file])?;
            for n in numbers() {
                if let Some(entry) = model.sides[at].ledger.get_mut(&n) {
                    *entry = (OrderState::Publishing, Some(file));
                }
            }
        }
        Step::Written { at, file } => {
            journal.mark_written(EXCHANGES[at], FILES[file], now)?;
            model.sides[at].move_orders(file, &[OrderState::Publishing], OrderState::Written);
        }
        Step::Taken {
            at,
            file,
            only_replaced,
        } => {
            let side = &mut model.sides[at];
            if only_replaced {
                journal.mark_replaced_taken(EXCHANGES[at], FILES[file], now)?;
                side.move_orders(file, &[OrderState::Written], OrderState::Taken);
                let is_publishing =
                    |n: &u32| matches!(side.ledger.get(n), Some((OrderState::Publishing, _)));
                side.documents
                    .retain(|n, (its_file, _)| *its_file != file || is_publishing(n));
            } else {
                journal.mark_taken(EXCHANGES[at], FILES[file], now)?;
                let from = [OrderState::Publishing, OrderState::Written];
                side.move_orders(file, &from, OrderState::Taken);
                side.documents.retain(|_, (its_file, _)| *its_file != file);
            }
        }
        Step::ConfirmOrder { at, order: n } => {
            let found = journal.mark_confirmed(EXCHANGES[at], order(n), now)?;
            let side = &mut model.sides[at];
            let entry = side.ledger.get_mut(&n).filter(|(state, _)| {
                matches!(
                    state,
                    OrderState::Written | OrderState::Taken | OrderState::Confirmed
                )
            });
            assert_eq!(found, entry.is_some());
            if let Some((state, _)) = entry {
                *state = OrderState::Confirmed;
                side.documents.remove(&n);
            }
        }
        Step::Again { at, order: n } => {
            let found = journal.write_again(EXCHANGES[at], order(n))?;
            let entry = model.sides[at].ledger.get_mut(&n);
            assert_eq!(found, entry.is_some());
            if let Some(entry) = entry {
                *entry = (OrderState::Seen, None);
            }
        }
        Step::Document { at, order: n, file } => {
            let text = format!("text {n} {file}");
            journal.keep_document(EXCHANGES[at], order(n), FILES[file], &text)?;
            model.sides[at].documents.insert(n, (file, text));
        }
        Step::Goods { at, order: n, skus } => {
            let skus: Vec<Sku> = chosen(skus).map(sku).collect();
            journal.note_order_goods(EXCHANGES[at], order(n), skus.iter())?;
            let side = &mut model.sides[at];
            let goods = side.goods.entry(n).or_default();
            goods.extend(skus.iter().map(Sku::match_key));
            side.doubt_stock(n);
        }
        Step::Learn {
            at,
            item: i,
            sku: s,
            name,
        } => {
            let (sku, name) = (s.map(sku), name.map(|n| format!("name {n}")));
            let (sku, name) = (sku.as_ref(), name.as_deref());
            journal.learn_identity(EXCHANGES[at], &item(i), sku, None, name, now)?;
            let known = model.sides[at].items.entry(i).or_default();
            known.0 = sku.cloned().or(known.0.take());
            known.1 = name.map(str::to_owned).or(known.1.take());
        }
        Step::Forget { at, item: i } => {
            journal.forget_article(EXCHANGES[at], &item(i), None)?;
            if let Some(known) = model.sides[at].items.get_mut(&i) {
                known.0 = None;
            }
        }
        Step::Wait {
            at,
            item: i,
            price,
            quantity,
        } => {
            let (price, quantity) = (price.map(money), quantity.map(i32::from));
            let pending = Pending {
                price,
                quantity,
                ..Pending::default()
            };
            journal.set_pending(EXCHANGES[at], &item(i), pending, now)?;
            let known = model.sides[at].pending.entry(i).or_default();
            *known = (price.or(known.0), quantity.or(known.1));
        }
        Step::Release { at, item: i } => {
            journal.drop_pending(EXCHANGES[at], &[item(i)])?;
            model.sides[at].pending.remove(&i);
        }
        Step::NeverAdd { at, sku: s } => {
            journal.never_add(EXCHANGES[at], &sku(s), now)?;
            model.sides[at].never.insert(sku(s).match_key());
        }
        // There is no run or call yet.
        _ => {}
    }
    Ok(())
}

/// Everything that the journal answers.
fn compare(model: &Model, journal: &Journal) -> Result<(), JournalError> {
    for (at, run) in model.runs.iter().enumerate() {
        let found = journal.run(run_id(at))?.unwrap();
        assert_eq!(
            (
                found.exchange.as_str(),
                found.file.as_str(),
                found.state,
                found.attempts,
                found.retry_at,
                found.approval != Approval::None
            ),
            (
                EXCHANGES[run.at],
                FILES[run.file],
                run.state,
                run.attempts,
                run.retry_at,
                run.is_approved
            )
        );
        let tally = journal.tally(found.id)?;
        for kind in KINDS {
            let n = run.outcomes.iter().filter(|known| **known == kind).count();
            assert_eq!(tally.n(kind), u64::try_from(n).unwrap());
        }
        let confirmed: Vec<_> = model
            .calls
            .iter()
            .filter(|call| call.run == Some(at) && call.is_confirmed)
            .map(|call| (call.action.function(), call.action.key()))
            .collect();
        assert_eq!(journal.confirmed_entries(found.id)?, confirmed);
    }
    for (at, side) in model.sides.iter().enumerate() {
        compare_side(at, side, model, journal)?;
    }
    Ok(())
}

#[expect(clippy::too_many_lines, reason = "one question after the other")]
fn compare_side(
    at: usize,
    side: &Side,
    model: &Model,
    journal: &Journal,
) -> Result<(), JournalError> {
    let name = EXCHANGES[at];
    let waiting = model
        .runs
        .iter()
        .filter(|run| run.at == at && run.state == RunState::Retry && run.retry_at.is_some());
    let files: BTreeSet<String> = waiting.map(|run| FILES[run.file].to_owned()).collect();
    assert_eq!(BTreeSet::from_iter(journal.waiting_files(name)?), files);

    let open: Vec<_> = journal.open_calls(name)?;
    let open: Vec<_> = open
        .iter()
        .map(|call| (call.id, call.entries.clone()))
        .collect();
    let expected: Vec<_> = model
        .calls
        .iter()
        .filter(|call| call.at == at && call.is_open)
        .map(|call| (call.id, vec![(call.action.key(), call.action.value())]))
        .collect();
    assert_eq!(open, expected);

    let skus: Vec<Sku> = (0..SKUS.len()).map(sku).collect();
    let known = journal.known_products(name, skus.iter())?;
    for sku in &skus {
        let key = sku.match_key();
        let found = known
            .get(&key)
            .map(|product| (product.price, product.quantity));
        let is_listed = side.articles.contains(&key);
        let state = side.products.get(&key).copied().unwrap_or_default();
        assert_eq!(found, is_listed.then_some(state), "{key}");
        let last = known
            .get(&key)
            .map(|product| (product.last_price, product.last_quantity));
        let expected = side.last.get(&key).copied().unwrap_or_default();
        assert_eq!(last, is_listed.then_some(expected), "{key} before");
        let holders = || {
            let same = side.items.iter().filter(|(_, (known, _))| {
                known.as_ref().is_some_and(|known| known.match_key() == key)
            });
            same.map(|(i, _)| ITEMS[*i])
        };
        // The product before its variant; else by name.
        let first = holders().min_by_key(|item| (item.contains('#'), *item));
        let found = journal.item_of(name, sku)?;
        assert_eq!(found.as_ref().map(ItemKey::as_str), first);
        let rivals = journal.rivals(name, &item(0), sku)?;
        let rivals: Vec<&str> = rivals.iter().map(ItemKey::as_str).collect();
        // A product and its own variant are no rivals.
        assert_eq!(
            rivals,
            holders().filter(|item| *item == "i2").collect::<Vec<_>>()
        );
    }
    let n_stocked = side
        .products
        .iter()
        .map(|(key, (_, n))| n.or(side.last.get(key).and_then(|last| last.1)))
        .filter(|n| n.is_some_and(|n| n > 0));
    assert_eq!(
        journal.n_stocked(name)?,
        u64::try_from(n_stocked.count()).unwrap()
    );
    let never = journal.never_added(name, skus.iter(), NaiveDateTime::default())?;
    assert_eq!(BTreeSet::from_iter(never), side.never);

    let statuses = journal.known_orders(name, (1..=ORDERS).map(order))?;
    for n in 1..=ORDERS {
        let expected = side.statuses.get(&n).copied().flatten();
        assert_eq!(statuses.get(&order(n)).copied(), expected);
    }
    for state in [
        OrderState::Seen,
        OrderState::Held,
        OrderState::Publishing,
        OrderState::Written,
        OrderState::Taken,
        OrderState::Confirmed,
    ] {
        let its = || {
            side.ledger
                .values()
                .filter(move |(known, _)| *known == state)
        };
        assert_eq!(
            journal.n_orders(name, state)?,
            u64::try_from(its().count()).unwrap(),
            "{state:?}"
        );
        let files: BTreeSet<&str> = its()
            .filter_map(|(_, file)| file.map(|at| FILES[at]))
            .collect();
        let found = journal.order_files(name, state)?;
        assert_eq!(
            found.iter().map(String::as_str).collect::<BTreeSet<_>>(),
            files
        );
    }
    for (file, shown) in FILES.iter().enumerate() {
        let texts: Vec<(u32, String)> = side
            .documents
            .iter()
            .filter(|(_, (its_file, _))| *its_file == file)
            .map(|(n, (_, text))| (*n, text.clone()))
            .collect();
        assert_eq!(journal.documents_of(name, shown)?, texts);
    }
    for (i, shown) in ITEMS.iter().enumerate() {
        let found = journal.identity(name, shown)?;
        let found = found.map(|identity| (identity.sku, identity.name));
        assert_eq!(found, side.items.get(&i).cloned());
        let found = journal.pending(name, &item(i))?;
        let found = found.map(|pending| (pending.price, pending.quantity));
        assert_eq!(found, side.pending.get(&i).copied());
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 48,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn the_journal_is_what_the_model_says(steps in proptest::collection::vec(step(), 1..60)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("j.sqlite");
        let mut journal = Some(Journal::open(&path).unwrap());
        let mut model = Model::default();
        let mut now = NaiveDateTime::default();
        for step in &steps {
            now += Duration::seconds(1);
            take(step, &mut model, &mut journal, &path, now).unwrap();
            compare(&model, journal.as_ref().unwrap()).unwrap();
        }
    }
}

/// As the upstream module tells them.
fn listed(articles: &[String]) -> Vec<Listed> {
    let listed = |article: &String| Listed {
        article: article.clone(),
        price: None,
        quantity: None,
    };
    articles.iter().map(listed).collect()
}
