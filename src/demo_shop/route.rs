//! Which controller each version of OpenCart finds under a route.

use super::Dialect;
use super::functions::Function;

/// What the `route` of the query leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Route {
    /// Obmen's own module.
    Own,
    Login,
    Function(Function),
    /// 4.0 finds `Api/…`, but starts no token session for it.
    WithoutTokens(Function),
    NotFound,
    /// 4.1, with and without a token.
    NoSessionTable,
    Forbidden,
}

impl Route {
    pub(super) fn find(dialect: Dialect, path: &str, has_token: bool) -> Route {
        match dialect {
            Dialect::V23 | Dialect::V30 => find_with_slashes(dialect, path),
            Dialect::V40 => find_with_dots(dialect, path),
            Dialect::V41 => find_in_41(path, has_token),
        }
    }
}

fn find_with_slashes(dialect: Dialect, path: &str) -> Route {
    if path == "api/login" {
        return Route::Login;
    }
    path.strip_prefix("api/zstore/")
        .and_then(|function| Function::parse(function, dialect))
        .map_or(Route::NotFound, Route::Function)
}

fn find_with_dots(dialect: Dialect, path: &str) -> Route {
    if path == "api/account/login" {
        return Route::Login;
    }
    let Some((controller, function)) = path.split_once(['.', '|']) else {
        return Route::NotFound;
    };
    match (controller, Function::parse(function, dialect)) {
        ("api/zstore", Some(function)) => Route::Function(function),
        ("Api/zstore", Some(function)) => Route::WithoutTokens(function),
        (_, _) => Route::NotFound,
    }
}

fn find_in_41(path: &str, has_token: bool) -> Route {
    match (path.to_lowercase().starts_with("api/"), has_token) {
        (true, true) => Route::NoSessionTable,
        (true, false) => Route::Forbidden,
        (false, _) => Route::NotFound,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_each_version_finds() {
        use Dialect::{V23, V30, V40, V41};
        let cats = Route::Function(Function::Cats);
        for (path, in_23, in_30, in_40, in_41) in [
            (
                "api/login",
                Route::Login,
                Route::Login,
                Route::NotFound,
                Route::Forbidden,
            ),
            (
                "api/account/login",
                Route::NotFound,
                Route::NotFound,
                Route::Login,
                Route::Forbidden,
            ),
            (
                "api/zstore/cats",
                cats,
                cats,
                Route::NotFound,
                Route::Forbidden,
            ),
            (
                "api/zstore.cats",
                Route::NotFound,
                Route::NotFound,
                cats,
                Route::Forbidden,
            ),
            (
                "api/zstore|cats",
                Route::NotFound,
                Route::NotFound,
                cats,
                Route::Forbidden,
            ),
            (
                "api/zstore|getnames",
                Route::NotFound,
                Route::NotFound,
                Route::NotFound,
                Route::Forbidden,
            ),
            (
                "common/home",
                Route::NotFound,
                Route::NotFound,
                Route::NotFound,
                Route::NotFound,
            ),
        ] {
            let found = [V23, V30, V40, V41].map(|dialect| Route::find(dialect, path, false));
            assert_eq!(found, [in_23, in_30, in_40, in_41], "{path}");
        }
        assert_eq!(
            Route::find(V41, "api/zstore.cats", true),
            Route::NoSessionTable
        );
    }
}
