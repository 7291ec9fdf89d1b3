//! The program itself at work with its configuration file, and its page over HTTP.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use obmen::wording::Language;
use reqwest::StatusCode;
use reqwest::blocking::{Client, Response};
use reqwest::redirect::Policy;

use crate::world::{World, put};

/// A service that ends with it.
pub(crate) struct Served {
    pub(crate) world: World,
    pub(crate) config: PathBuf,
    process: Child,
    url: String,
}

impl Served {
    /// `more` goes to the end of the configuration.
    pub(crate) fn start(world: World, more: &str) -> Self {
        Self::speaking(Language::English, world, more)
    }

    pub(crate) fn speaking(language: Language, world: World, more: &str) -> Self {
        let config = world.write_config();
        let text = std::fs::read_to_string(&config).unwrap();
        let language = language.code();
        let top = format!("language = '{language}'\n[page]\nlisten = '127.0.0.1:0'\n");
        put(&config, format!("{top}{text}{more}").as_bytes());
        let mut process = Command::new(env!("CARGO_BIN_EXE_obmen"))
            .args(["run", "--config"])
            .arg(&config)
            .env_remove("OBMEN_SHOP_KEY")
            .env_remove("OBMEN_PAGE_PASSWORD")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let url = lines.by_ref().map_while(Result::ok).find_map(|line| {
            let at = line.find("http://127.0.0.1:")?;
            Some(line[at..].trim().trim_end_matches('/').to_owned())
        });
        // Nobody reads on otherwise, and the program would wait for that.
        thread::spawn(move || lines.for_each(drop));
        Self {
            world,
            config,
            process,
            url: url.unwrap_or_else(|| panic!("the service ended without a page")),
        }
    }

    /// Without the slash at its end.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// As a power cut would.
    pub(crate) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    pub(crate) fn get(&self, path: &str) -> String {
        let answer = client().get(format!("{}{path}", self.url)).send().unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        answer.text().unwrap()
    }

    /// Until the page says so; the deadline is for a test that has failed.
    pub(crate) fn wait_for(&self, path: &str, said: &str) -> String {
        wait_until(|| {
            let page = self.get(path);
            if page.contains(said) {
                Ok(page)
            } else {
                Err(format!("no `{said}` in {page}"))
            }
        })
    }

    pub(crate) fn post(&self, path: &str, form: &[(&str, &str)]) -> Response {
        client()
            .post(format!("{}{path}", self.url))
            .form(form)
            .send()
            .unwrap()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.process.kill().unwrap_or_default();
        self.process.wait().ok();
    }
}

/// Asks again until it is so; the deadline is for a test that has failed.
pub(crate) fn wait_until<T>(mut ask: impl FnMut() -> Result<T, String>) -> T {
    let begun = Instant::now();
    loop {
        match ask() {
            Ok(found) => return found,
            Err(why) => assert!(begun.elapsed() < Duration::from_secs(60), "{why}"),
        }
        thread::sleep(Duration::from_millis(50));
    }
}

pub(crate) fn client() -> Client {
    // The program installs it as well; whoever comes second finds it there.
    drop(rustls::crypto::ring::default_provider().install_default());
    Client::builder().redirect(Policy::none()).build().unwrap()
}

/// The value of a hidden field of the page's form.
pub(crate) fn hidden(page: &str, name: &str) -> String {
    let (_, rest) = page
        .split_once(&format!("name=\"{name}\" value=\""))
        .unwrap_or_else(|| panic!("no `{name}` in {page}"));
    rest.split('"').next().unwrap().to_owned()
}
