//! Compares 1C's groups with the categories that the shop has.

use std::collections::HashMap;

use crate::domain::Group;
use crate::plan::{Action, Decision, Field, Known, Row, Verdict};

/// Groups of 1C that the shop does not have as they are now, each once. There is a row for
/// each group, in their order.
pub fn diff_categories(groups: &[Group], known: &Known) -> Decision {
    let mut decision = Decision::default();
    let mut seen = HashMap::new();
    for group in groups {
        let mut row = Row {
            line: 0,
            key: group.name.clone(),
            field: Field::Category,
            verdict: Verdict::Unchanged,
        };
        let is_outdated = known
            .said_later
            .contains(&(Field::Category, group.id.clone()));
        if is_outdated {
            row.verdict = Verdict::Outdated;
            decision.rows.push(row);
            continue;
        }
        let last = seen
            .insert(&group.id, group)
            .or(known.categories.get(&group.id));
        if last != Some(group) {
            row.verdict = Verdict::Send {
                action: decision.actions.len(),
                before: last.map(|last| last.name.clone()),
            };
            decision
                .actions
                .push(Action::Category(Box::new(group.clone())));
        }
        decision.rows.push(row);
    }
    decision
}
