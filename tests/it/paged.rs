//! A world whose service runs and shows its page, for tests over HTTP and in a browser.

use std::sync::Arc;
use std::thread::{self, JoinHandle};

use obmen::dashboard::{self, Dashboard, Heart, Password};
use obmen::pipeline::{self, Event, Exchange, Service, Waker};
use obmen::wording::Language;
use reqwest::StatusCode;
use reqwest::blocking::Response;

use crate::served::{client, wait_until};
use crate::world::World;

/// Long enough for the page.
pub(crate) const PASSWORD: &str = "correct horse";

/// Small, so that a test can exceed it.
pub(crate) const MAX_UPLOAD: u64 = 64 * 1024;

/// The service and its page end with it.
pub(crate) struct Paged {
    pub(crate) world: World,
    page: Option<Dashboard>,
    waker: Waker,
    service: Option<JoinHandle<()>>,
}

impl Paged {
    pub(crate) fn new(world: World, language: Language, password: Option<&str>) -> Self {
        let exchange = Exchange::new(world.settings.clone()).unwrap();
        let mut service = Service::new(vec![exchange], world.journal(), None);
        let waker = service.waker();
        let heart = Arc::new(Heart::default());
        let settings = dashboard::Settings {
            listen: "127.0.0.1:0".parse().unwrap(),
            password: password.map(|text| Password::parse(text).unwrap()),
            names: vec!["obmen.local".to_owned()],
            max_upload: MAX_UPLOAD,
            language,
            journal: world.journal_path(),
            exchanges: vec![world.settings.clone()],
            config: None,
            now: pipeline::now,
        };
        let page = dashboard::start(settings, Arc::clone(&heart), waker.clone()).unwrap();
        let service = thread::spawn(move || {
            service.make_folders();
            service.run(&mut |exchange, report| heart.note(exchange, report, pipeline::now()));
        });
        Self {
            world,
            page: Some(page),
            waker,
            service: Some(service),
        }
    }

    /// Without the slash at its end.
    pub(crate) fn url(&self) -> String {
        let url = self.page.as_ref().unwrap().url();
        url.trim_end_matches('/').to_owned()
    }
}

impl Drop for Paged {
    fn drop(&mut self) {
        self.waker.wake(Event::Stop);
        self.page = None;
        if let Some(service) = self.service.take() {
            let ended = service.join();
            assert!(ended.is_ok() || thread::panicking());
        }
    }
}

pub(crate) fn get(paged: &Paged, path: &str) -> String {
    let answer = client()
        .get(format!("{}{path}", paged.url()))
        .send()
        .unwrap();
    assert_eq!(answer.status(), StatusCode::OK, "{path}");
    answer.text().unwrap()
}

pub(crate) fn csrf(page: &str) -> String {
    let (_, rest) = page.split_once("name=\"csrf\" content=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

pub(crate) fn post(paged: &Paged, path: &str, token: &str, body: &[u8]) -> Response {
    client()
        .post(format!("{}{path}", paged.url()))
        .header("x-csrf", token)
        .body(body.to_vec())
        .send()
        .unwrap()
}

pub(crate) fn location(answer: &Response) -> String {
    answer.headers()["location"].to_str().unwrap().to_owned()
}

/// Until the page says so; the deadline is for a test that has failed.
pub(crate) fn wait_for(paged: &Paged, path: &str, said: &str) -> String {
    wait_until(|| {
        let page = get(paged, path);
        if page.contains(said) {
            Ok(page)
        } else {
            Err(format!("no `{said}` in {page}"))
        }
    })
}
