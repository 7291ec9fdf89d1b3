//! `obmen shop`: the embedded shop alone.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::ValueEnum;

use crate::cli::Exit;
use crate::cli::failure::Because as _;
use crate::cli::output::Out;
use crate::demo_shop::{self, Catalogue, State};
use crate::pipeline;
use crate::wording::message;

/// Which OpenCart the shop answers like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ShopVersion {
    #[value(name = "2.3")]
    V23,
    #[value(name = "3.0")]
    V30,
    #[value(name = "4.0")]
    V40,
    #[value(name = "4.1")]
    V41,
}

impl ShopVersion {
    fn dialect(self) -> demo_shop::Dialect {
        match self {
            Self::V23 => demo_shop::Dialect::V23,
            Self::V30 => demo_shop::Dialect::V30,
            Self::V40 => demo_shop::Dialect::V40,
            Self::V41 => demo_shop::Dialect::V41,
        }
    }
}

pub(super) struct Request {
    pub(super) listen: SocketAddr,
    pub(super) dialect: ShopVersion,
    pub(super) state: Option<PathBuf>,
    pub(super) username: String,
    pub(super) key: String,
}

pub(super) fn shop(request: &Request, out: &mut Out) -> anyhow::Result<Exit> {
    anyhow::ensure!(
        request.listen.ip().is_loopback(),
        message!("demo-shop-only-here")
    );
    let mut settings = demo_shop::Settings::new(
        request.dialect.dialect(),
        Catalogue::demo(),
        pipeline::now(),
    );
    settings.listen = request.listen;
    settings.username.clone_from(&request.username);
    settings.key.clone_from(&request.key);
    settings.state = request.state.clone().map_or(State::Memory, State::Kept);
    let shop = demo_shop::start(settings).because(|| message!("demo-shop-not-started"))?;
    out.say(&out.words.fill(
        "demo-shop-at",
        &[
            ("url", shop.url().into()),
            ("username", request.username.as_str().into()),
            ("key", request.key.as_str().into()),
        ],
    ));
    out.flush();
    shop.wait();
    Ok(Exit::Fine)
}
