//! The groups of goods that are open: a `Группа` holds its own in a `Группы`.

use crate::domain::{Fact, Group};
use crate::formats::commerceml::catalog::end_group;
use crate::formats::commerceml::names::Tag;

#[derive(Debug, Default)]
pub(super) struct Groups(Vec<OpenGroup>);

#[derive(Debug)]
struct OpenGroup {
    group: Group,
    /// Number of open elements up to and including its own.
    depth: usize,
    is_told: bool,
}

impl Groups {
    pub(super) fn open(&mut self, depth: usize) {
        let parent = self
            .0
            .last()
            .map(|open| open.group.id.clone())
            .filter(|id| !id.is_empty());
        let group = Group {
            parent,
            ..Group::default()
        };
        self.0.push(OpenGroup {
            group,
            depth,
            is_told: false,
        });
    }

    /// The innermost group, if it was not told yet. Parents are told before their
    /// children, although they end after them.
    pub(super) fn tell(&mut self) -> Option<Fact> {
        let open = self.0.last_mut().filter(|open| !open.is_told)?;
        open.is_told = true;
        Some(Fact::Group(open.group.clone()))
    }

    /// An element ends; false where it stands in no group.
    pub(super) fn end(&mut self, path: &[Tag], text: &str) -> bool {
        let Some(open) = self.0.last_mut().filter(|open| path.len() > open.depth) else {
            return false;
        };
        let path = path.get(open.depth..).unwrap_or_default();
        end_group(&mut open.group, path, text);
        true
    }

    /// An element of that depth ends. If it is a group, that is told by now.
    pub(super) fn close(&mut self, depth: usize) -> Option<Fact> {
        self.0.last().filter(|open| open.depth == depth)?;
        let fact = self.tell();
        self.0.pop();
        fact
    }
}
