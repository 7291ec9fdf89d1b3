//! How much goes into one call: as much as the shop carries out in a few seconds.
//!
//! The upstream module needs from some milliseconds to more than 35 ms for an entry,
//! by the size of the shop, and whatever stands in front of PHP gives up after 30 to
//! 60 s, or refuses a body that is too large.

use std::cell::Cell;
use std::time::Duration;

use crate::domain::{Details, NewProduct};
use crate::plan::{Action, Function};
use crate::shop::ShopError;

/// A call that takes longer is halved the next time.
const SLOW: Duration = Duration::from_secs(20);

/// After a call that takes less, twice as much is tried.
const QUICK: Duration = Duration::from_secs(5);

/// Of a request's body. nginx refuses more than 1 MB unless told otherwise, and PHP
/// reads a form of more than 8 MB as an empty one.
const MOST_BYTES: usize = 900_000;

/// A byte of text grows at most to this on its way: a Cyrillic letter is two bytes,
/// then `\u0447`, then `%5Cu0447`.
const GROWTH: usize = 4;

/// Quotes, braces and names around one entry.
const FRAME: usize = 120;

/// How many entries go into one call just now.
#[derive(Debug)]
pub(super) struct Pace {
    most: Cell<usize>,
    size: Cell<usize>,
    upload_bytes: Cell<usize>,
}

/// Of pictures in one call, before the shop has refused any.
const MOST_UPLOAD_BYTES: usize = 4_000_000;

impl Pace {
    /// `most` entries, unless the shop turns out to be slower.
    pub(super) fn new(most: usize) -> Self {
        let most = most.max(1);
        Self {
            most: Cell::new(most),
            size: Cell::new(most),
            upload_bytes: Cell::new(MOST_UPLOAD_BYTES),
        }
    }

    /// Of pictures in one call.
    pub(super) fn upload_bytes(&self) -> usize {
        self.upload_bytes.get()
    }

    /// Pictures of so many bytes were refused together.
    pub(super) fn upload_less_than(&self, n_bytes: usize) {
        self.upload_bytes
            .set(self.upload_bytes.get().min(n_bytes / 2));
    }

    /// The shop has turned out to take so many entries at once.
    pub(super) fn widen(&self, most: usize) {
        if most > self.most.get() {
            self.most.set(most);
            self.size.set(most);
        }
    }

    /// How many of these actions the next call takes; at least one, if there is one.
    pub(super) fn next<'a>(&self, actions: impl Iterator<Item = &'a Action>) -> usize {
        let mut n_bytes = 0;
        actions
            .take(self.size.get())
            .enumerate()
            .take_while(|(at, action)| {
                n_bytes += n_bytes_of(action);
                *at == 0 || n_bytes <= MOST_BYTES
            })
            .count()
    }

    /// A call of `n` entries has been carried out in `time`.
    pub(super) fn took(&self, n: usize, time: Duration) {
        if time > SLOW {
            self.shrink(n);
        } else if time < QUICK && n >= self.size.get() {
            self.size.set(n.saturating_mul(2).min(self.most.get()));
        }
    }

    /// Whether the entries of a failed call may go again at once, in smaller pieces:
    /// if it was refused for its size, or nobody waited for it and repeating does no harm.
    pub(super) fn can_split(&self, function: Function, n: usize, err: &ShopError) -> bool {
        if n < 2 {
            return false;
        }
        match err {
            ShopError::Server { status: 413, .. } => {}
            ShopError::Server {
                status: 502 | 504, ..
            } if !function.must_not_repeat() => {}
            // Too late for this call; the next attempt takes less.
            ShopError::NoAnswer { .. } | ShopError::Server { .. } => {
                self.shrink(n);
                return false;
            }
            ShopError::Address(_)
            | ShopError::Unreachable { .. }
            | ShopError::WrongKey
            | ShopError::IpNotAllowed(_)
            | ShopError::Clock { .. }
            | ShopError::Refused { .. }
            | ShopError::Redirected { .. }
            | ShopError::NotOpenCart
            | ShopError::Version41
            | ShopError::NoFunction { .. }
            | ShopError::FunctionBroken { .. }
            | ShopError::Said { .. }
            | ShopError::Noise { .. }
            | ShopError::Unintelligible { .. }
            | ShopError::NoOwnModule
            | ShopError::SessionLost { .. } => return false,
        }
        self.shrink(n);
        true
    }

    fn shrink(&self, n: usize) {
        self.size.set((n / 2).max(1));
    }
}

fn n_bytes_of(action: &Action) -> usize {
    let text = match action {
        Action::Category(group) => group.name.len(),
        Action::Add(product) => n_bytes_of_product(product),
        Action::Details { details, .. } => n_bytes_of_details(details),
        Action::Name { sku, name } => sku.as_str().len() + name.len(),
        Action::Price { sku, .. } | Action::Quantity { sku, .. } => sku.as_str().len(),
        // None of it but the article grows on its way.
        Action::GroupPrices { sku, prices } => sku.as_str().len() + prices.len() * FRAME / GROWTH,
        Action::Variant { sku, variant } => {
            sku.as_str().len() + variant.option.len() + variant.value.len()
        }
        Action::Status { .. } => 0,
    };
    text.saturating_mul(GROWTH).saturating_add(FRAME)
}

fn n_bytes_of_product(product: &NewProduct) -> usize {
    let extra: usize = product
        .extra
        .iter()
        .map(|(key, value)| key.len() + value.len())
        .sum();
    let description = product.description.as_ref().map_or(0, String::len);
    let details = n_bytes_of_details(&product.details);
    product.sku.as_str().len() + product.name.len() + description + extra + details
}

fn n_bytes_of_details(details: &Details) -> usize {
    let attributes = details.attributes.iter();
    let attributes: usize = attributes
        .map(|attribute| attribute.name.len() + attribute.text.len() + FRAME)
        .sum();
    let groups: usize = details.groups.iter().map(String::len).sum();
    let texts = [&details.description, &details.manufacturer];
    attributes + groups + texts.into_iter().flatten().map(String::len).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Sku;

    fn names(n: usize, length: usize) -> Vec<Action> {
        let sku = Sku::parse("A").unwrap();
        let name = "я".repeat(length);
        vec![Action::Name { sku, name }; n]
    }

    #[test]
    fn slow_calls_shrink_and_quick_ones_grow_back() {
        let pace = Pace::new(200);
        let actions = names(500, 3);
        let next = || pace.next(actions.iter());
        assert_eq!(next(), 200);
        pace.took(200, Duration::from_secs(25));
        assert_eq!(next(), 100);
        pace.took(100, Duration::from_secs(10));
        assert_eq!(next(), 100);
        pace.took(7, Duration::from_secs(1));
        assert_eq!(next(), 100, "a short rest says nothing of long calls");
        pace.took(100, Duration::from_secs(1));
        assert_eq!(next(), 200);
        pace.took(200, Duration::from_secs(1));
        assert_eq!(next(), 200, "never more than configured");
    }

    #[test]
    fn no_call_is_larger_than_web_servers_take() {
        let pace = Pace::new(1_000);
        let actions = names(1_000, 1_000);
        let n = pace.next(actions.iter());
        assert!((50..200).contains(&n), "{n}");
        assert_eq!(pace.next(names(2, 10_000_000).iter()), 1, "one at least");
    }

    #[test]
    fn what_must_not_be_repeated_is_split_only_if_nothing_was_done() {
        let status = |status| ShopError::Server {
            function: "x",
            status,
        };
        let can =
            |function, n, status_code| Pace::new(200).can_split(function, n, &status(status_code));
        assert!(can(Function::AddProducts, 200, 413));
        assert!(!can(Function::AddProducts, 200, 504));
        assert!(can(Function::UpdatePrice, 200, 504));
        assert!(!can(Function::UpdatePrice, 1, 413));
        assert!(!can(Function::UpdatePrice, 200, 500));
    }
}
