//! The page in a real browser: a person drops a file, looks, applies; decides; logs in; in both languages.
//!
//! Wants `chromium` and `chromedriver`; without them these tests are left out, unless
//! `OBMEN_REQUIRE_BROWSER` is set. `OBMEN_AXE` names axe-core's `axe.min.js`, which
//! then looks at each page. `OBMEN_SCREENSHOTS` names a folder for pictures of them.

use std::env;
use std::fs;
use std::future::Future;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fantoccini::elements::Element;
use fantoccini::{Client, ClientBuilder, Locator};
use obmen::wording::Language;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::paged::{MAX_UPLOAD, PASSWORD, Paged};
use crate::served::Served;
use crate::world::{World, put};

const PATIENCE: Duration = Duration::from_secs(60);

/// Width and height of a phone's screen.
const PHONE: (u32, u32) = (390, 844);

/// Of one that is high enough to show a whole page in a picture.
const TALL: u32 = 2_600;

struct Driver {
    process: Child,
    port: u16,
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.process.kill().unwrap_or_default();
        self.process.wait().ok();
    }
}

/// `None` where there is no browser, and none is required.
fn start_driver() -> Option<Driver> {
    let started = Command::new("chromedriver")
        .arg("--port=0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut process) = started else {
        assert!(
            env::var_os("OBMEN_REQUIRE_BROWSER").is_none(),
            "there is no chromedriver"
        );
        eprintln!("left out: there is no chromedriver");
        return None;
    };
    let lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let port = lines.map_while(Result::ok).find_map(|line| {
        let (_, port) = line.split_once("started successfully on port ")?;
        port.trim_end_matches('.').parse().ok()
    });
    let port = port.unwrap();
    Some(Driver { process, port })
}

/// A browser with a profile of its own; `phone`: as narrow as one.
async fn open_browser(driver: &Driver, profile: &TempDir, is_phone: bool) -> Client {
    let profile = format!("--user-data-dir={}", profile.path().display());
    let mut options = json!({"args": [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
        "--window-size=1280,900", profile,
    ]});
    if is_phone {
        let (width, height) = PHONE;
        let height = env::var_os("OBMEN_SCREENSHOTS").map_or(height, |_| TALL);
        options["mobileEmulation"] =
            json!({"deviceMetrics": {"width": width, "height": height, "pixelRatio": 2}});
    }
    let mut capabilities = serde_json::Map::new();
    capabilities.insert("goog:chromeOptions".to_owned(), options);
    ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new())
        .capabilities(capabilities)
        .connect(&format!("http://127.0.0.1:{}", driver.port))
        .await
        .unwrap()
}

fn run(work: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(work);
}

async fn find(browser: &Client, css: &str) -> Element {
    let wait = browser.wait().at_most(PATIENCE);
    wait.for_element(Locator::Css(css)).await.unwrap()
}

/// A button or link of this text. Found by its text as a whole.
async fn click(browser: &Client, text: &str) {
    let path = format!("//*[self::button or self::a][normalize-space()='{text}']");
    let wait = browser.wait().at_most(PATIENCE);
    let found = wait.for_element(Locator::XPath(&path)).await.unwrap();
    found.click().await.unwrap();
}

/// Until the page says so by itself: nothing is reloaded here.
async fn wait_for_text(browser: &Client, text: &str) {
    let path = format!("//main//*[contains(normalize-space(), '{text}')]");
    let wait = browser.wait().at_most(PATIENCE);
    let found = wait.for_element(Locator::XPath(&path)).await;
    let source = browser.source().await.unwrap();
    assert!(found.is_ok(), "no `{text}` in {source}");
}

/// Chooses a file as a person does.
async fn hand_over(browser: &Client, file: &Path) {
    let input = find(browser, ".zone input[type=file]").await;
    input.send_keys(&file.display().to_string()).await.unwrap();
}

/// As a system set to light or dark would show it.
async fn paint(browser: &Client, shade: &str) {
    let script = "document.documentElement.style.colorScheme = arguments[0]";
    browser.execute(script, vec![json!(shade)]).await.unwrap();
}

/// No page is wider than its window, and axe-core has nothing to say.
async fn look_at(browser: &Client, name: &str) {
    let script =
        "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
    let too_wide = browser.execute(script, vec![]).await.unwrap();
    assert_eq!(too_wide, json!(0), "`{name}` is wider than its window");
    if let Some(axe) = env::var_os("OBMEN_AXE") {
        let axe = fs::read_to_string(axe).unwrap();
        browser.execute(&axe, vec![]).await.unwrap();
        let script = "const done = arguments[0]; axe.run().then((found) => done(found.violations.map((one) => \
                      one.id + ': ' + one.nodes.map((node) => node.target.join(' ') + ' ' + node.failureSummary).join('; '))))";
        let violations = browser.execute_async(script, vec![]).await.unwrap();
        assert_eq!(violations, Value::Array(vec![]), "`{name}`");
    }
    if let Some(folder) = env::var_os("OBMEN_SCREENSHOTS") {
        // All of the page, not only what a window shows of it.
        let script = "return document.documentElement.scrollHeight";
        let height = browser.execute(script, vec![]).await.unwrap();
        let (width, _) = browser.get_window_size().await.unwrap();
        let height = u32::try_from(height.as_u64().unwrap()).unwrap();
        browser
            .set_window_size(u32::try_from(width).unwrap(), height + 150)
            .await
            .unwrap();
        let picture = browser.screenshot().await.unwrap();
        put(&PathBuf::from(folder).join(format!("{name}.png")), &picture);
    }
}

#[test]
fn a_person_hands_a_file_over_looks_and_applies() {
    let Some(driver) = start_driver() else { return };
    let paged = Paged::new(World::new(), Language::Russian, None);
    let profile = tempfile::tempdir().unwrap();
    let file = paged.world.folder.path().join("цены.csv");
    put(&file, "Артикул;Цена\nЧАЙ-100;355\nНЕТ;1\n".as_bytes());
    run(async {
        let browser = open_browser(&driver, &profile, false).await;
        browser.goto(&paged.url()).await.unwrap();
        hand_over(&browser, &file).await;
        wait_for_text(&browser, "посмотрите, прежде чем применять").await;
        wait_for_text(&browser, "355.00").await;
        paged.world.assert_product("ЧАЙ-100", "349", 46);
        click(&browser, "Применить").await;
        wait_for_text(&browser, "загружен, есть вопросы").await;
        paged.world.assert_product("ЧАЙ-100", "355", 46);
        click(&browser, "Строки с вопросами").await;
        wait_for_text(&browser, "в магазине нет товара с этим артикулом").await;
        browser.close().await.unwrap();
    });
}

#[test]
fn a_person_approves_what_is_held() {
    let Some(driver) = start_driver() else { return };
    let paged = Paged::new(World::new(), Language::English, None);
    let profile = tempfile::tempdir().unwrap();
    run(async {
        let browser = open_browser(&driver, &profile, false).await;
        browser.goto(&paged.url()).await.unwrap();
        paged.world.drop_in("a.csv", "Артикул;Цена\nЧАЙ-100;350\n");
        wait_for_text(&browser, "a.csv").await;
        paged
            .world
            .drop_in("b.csv", "Артикул;Цена\nЧАЙ-100;35000\n");
        // The page tells of it by itself.
        wait_for_text(&browser, "One thing waits for you.").await;
        paged.world.assert_product("ЧАЙ-100", "350", 46);
        click(&browser, "Approve").await;
        wait_for_text(&browser, "approved by a person").await;
        wait_for_text(&browser, "350.00 → 35000.00").await;
        // The rows stand there before the run has come to its end.
        find(&browser, "#run .badge.good").await;
        paged.world.assert_product("ЧАЙ-100", "35000", 46);
        browser.close().await.unwrap();
    });
}

#[test]
fn a_wrong_password_is_told() {
    let Some(driver) = start_driver() else { return };
    let paged = Paged::new(World::new(), Language::Russian, Some(PASSWORD));
    let profile = tempfile::tempdir().unwrap();
    run(async {
        let browser = open_browser(&driver, &profile, false).await;
        browser.goto(&paged.url()).await.unwrap();
        find(&browser, "#password")
            .await
            .send_keys("incorrect horse")
            .await
            .unwrap();
        click(&browser, "Войти").await;
        wait_for_text(&browser, "Пароль неверный.").await;
        look_at(&browser, "ru-login").await;
        find(&browser, "#password")
            .await
            .send_keys(PASSWORD)
            .await
            .unwrap();
        click(&browser, "Войти").await;
        wait_for_text(&browser, "Всё в порядке").await;
        click(&browser, "Выйти").await;
        find(&browser, "#password").await;
        browser.close().await.unwrap();
    });
}

#[test]
fn a_person_maps_what_1c_says_to_what_the_shop_has() {
    let Some(driver) = start_driver() else { return };
    let served = Served::start(World::new(), "");
    let profile = tempfile::tempdir().unwrap();
    run(async {
        let browser = open_browser(&driver, &profile, false).await;
        let mapping = format!("{}/mapping", served.url());
        browser.goto(&mapping).await.unwrap();
        // The lists of the shop come by themselves.
        let paid = find(&browser, "select[name='map:paid']").await;
        paid.select_by_label("Processing").await.unwrap();
        click(&browser, "Save").await;
        wait_for_text(&browser, "Saved. It counts from now on.").await;
        let text = fs::read_to_string(&served.config).unwrap();
        assert!(text.contains("\npaid = \"Processing\"\n"), "{text}");
        // In the meantime somebody else has changed the file.
        put(&served.config, format!("# mine\n{text}").as_bytes());
        click(&browser, "Save").await;
        wait_for_text(&browser, "Nothing has changed.").await;
        let paid = find(&browser, "select[name='map:paid']").await;
        paid.select_by_label("Complete").await.unwrap();
        put(&served.config, text.as_bytes());
        click(&browser, "Save").await;
        wait_for_text(&browser, "Nothing was saved").await;
        assert_eq!(fs::read_to_string(&served.config).unwrap(), text);
        browser.close().await.unwrap();
    });
}

#[test]
fn a_page_says_when_nobody_is_behind_it_any_more() {
    let Some(driver) = start_driver() else { return };
    let mut served = Served::start(World::new(), "");
    let profile = tempfile::tempdir().unwrap();
    run(async {
        let browser = open_browser(&driver, &profile, false).await;
        browser.goto(served.url()).await.unwrap();
        wait_for_text(&browser, "All is well.").await;
        let lost = browser.find(Locator::Css("#lost")).await.unwrap();
        assert!(!lost.is_displayed().await.unwrap());
        served.kill();
        wait_for_text(&browser, "obmen does not answer.").await;
        find(&browser, "body.stale").await;
        let verdict = browser.find(Locator::Css("#verdict")).await.unwrap();
        assert!(!verdict.is_displayed().await.unwrap(), "all is not well");
        look_at(&browser, "en-desktop-home-lost").await;
        browser.close().await.unwrap();
    });
}

#[test]
fn a_page_says_when_its_session_has_ended_elsewhere() {
    let Some(driver) = start_driver() else { return };
    let paged = Paged::new(World::new(), Language::English, Some(PASSWORD));
    let profile = tempfile::tempdir().unwrap();
    run(async {
        let browser = open_browser(&driver, &profile, false).await;
        browser.goto(&paged.url()).await.unwrap();
        let field = find(&browser, "#password").await;
        field.send_keys(PASSWORD).await.unwrap();
        click(&browser, "Log in").await;
        wait_for_text(&browser, "All is well.").await;
        // Another tab of the same session.
        let script = "const form = document.querySelector('form[action=\"/logout\"]'); \
                      fetch('/logout', {method: 'POST', body: new URLSearchParams(new FormData(form))})";
        browser.execute(script, vec![]).await.unwrap();
        wait_for_text(&browser, "You are logged out").await;
        find(&browser, "body.stale").await;
        browser.close().await.unwrap();
    });
}

#[test]
fn files_that_are_not_taken_are_named_beside_those_that_are() {
    let Some(driver) = start_driver() else { return };
    let paged = Paged::new(World::new(), Language::English, None);
    let profile = tempfile::tempdir().unwrap();
    let folder = paged.world.folder.path();
    let (good, bad) = (folder.join("price.csv"), folder.join("a.tmp"));
    let (large, list) = (folder.join("large.csv"), "Артикул;Цена\nЧАЙ-100;355\n");
    put(&good, list.as_bytes());
    put(&bad, list.as_bytes());
    put(
        &large,
        &vec![b'1'; usize::try_from(MAX_UPLOAD).unwrap() * 3],
    );
    run(async {
        let browser = open_browser(&driver, &profile, false).await;
        browser.goto(&paged.url()).await.unwrap();
        let input = find(&browser, ".zone input[type=file]").await;
        let all = [&bad, &good, &large].map(|path| path.display().to_string());
        input.send_keys(&all.join("\n")).await.unwrap();
        wait_for_text(&browser, "ready to apply").await;
        wait_for_text(&browser, "Not taken:").await;
        wait_for_text(
            &browser,
            "a.tmp: an inbox does not take a file of this name",
        )
        .await;
        wait_for_text(
            &browser,
            "large.csv: the file is larger than the page accepts",
        )
        .await;
        look_at(&browser, "en-desktop-check-refused").await;
        browser.close().await.unwrap();
    });
}

/// A shop in which much has happened.
async fn fill(served: &Served, browser: &Client) -> String {
    let world = &served.world;
    browser
        .goto(&format!("{}/runs", served.url()))
        .await
        .unwrap();
    for (name, list) in [
        (
            "webdata/ostatki-tsentralnyi-sklad-2026-11-23-utro.csv",
            "Артикул;Остаток;Цена\nЧАЙ-100;12;355\nНЕТ-1;5;1\n00123;много;70\n",
        ),
        ("ceny-s-opechatkoi.csv", "Артикул;Цена\nЧАЙ-100;35500\n"),
        ("bez-zagolovka.csv", "a;b\n1;2\n"),
        (
            "statusy.csv",
            "Номер заказа;Статус\n1;Собран на складе\n2;Ожидает подтверждения менеджером отдела продаж\n",
        ),
        (
            "sklady.csv",
            "Артикул;Розничная цена;Оптовая цена;Склад;Остаток\n00123;200;180;Центральный склад;3\n00123;200;180;Брак;1\n",
        ),
    ] {
        world.drop_in(name, list);
        wait_for_text(browser, name).await;
    }
    browser.goto(served.url()).await.unwrap();
    let file = world.folder.path().join("price.csv");
    put(
        &file,
        "Артикул;Остаток;Цена\nЧАЙ-100;11;399\n00123;7;2500\nНЕТ-2;5;1\n".as_bytes(),
    );
    hand_over(browser, &file).await;
    wait_for_text(browser, "399.00").await;
    let place = browser.current_url().await.unwrap();
    place.path().to_owned()
}

#[test]
fn every_page_is_fit_to_be_seen_in_both_languages_and_widths() {
    let Some(driver) = start_driver() else { return };
    for language in Language::ALL {
        let served = Served::speaking(language, World::new(), "");
        run(async {
            let mut group = None;
            for is_phone in [false, true] {
                let profile = tempfile::tempdir().unwrap();
                let browser = open_browser(&driver, &profile, is_phone).await;
                let place = match &group {
                    Some(place) => String::clone(place),
                    None => fill(&served, &browser).await,
                };
                group = Some(place.clone());
                let width = if is_phone { "phone" } else { "desktop" };
                for (name, path) in [
                    ("home", "/"),
                    ("drop", "/drop"),
                    ("check", place.as_str()),
                    ("runs", "/runs"),
                    ("run", "/runs/1?rows=faulty"),
                    ("run-held", "/runs/2"),
                    ("orders", "/orders"),
                    ("products", "/products"),
                    ("mapping", "/mapping"),
                    ("nothing", "/nothing"),
                ] {
                    browser
                        .goto(&format!("{}{path}", served.url()))
                        .await
                        .unwrap();
                    find(&browser, "main h1").await;
                    if name == "mapping" {
                        // Once the shop has told its lists.
                        find(&browser, "form.mapping").await;
                    }
                    for shade in ["light", "dark"] {
                        paint(&browser, shade).await;
                        let name = format!("{}-{width}-{shade}-{name}", language.code());
                        look_at(&browser, &name).await;
                    }
                }
                browser.close().await.unwrap();
            }
        });
    }
}
