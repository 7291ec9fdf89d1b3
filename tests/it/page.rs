//! The page over HTTP: what it does for its operator, and what it does for nobody else.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

use obmen::dashboard::{self, DashboardError, Heart};
use obmen::demo_shop::{Dialect, Module};
use obmen::pipeline::{self, Exchange, Service};
use obmen::wording::Language;
use reqwest::StatusCode;

use crate::paged::{MAX_UPLOAD, PASSWORD, Paged, csrf, get, location, post, wait_for};
use crate::served::{client, wait_until};
use crate::world::{World, small_catalogue};

fn paged() -> Paged {
    Paged::new(World::new(), Language::English, None)
}

/// Hands a file over and has it checked; returns the page's place.
fn hand_over(paged: &Paged, token: &str, name: &str, content: &str) -> String {
    let place = location(&post(paged, "/drop", token, b""));
    let file = format!("{place}/file?name={name}");
    let answer = post(paged, &file, token, content.as_bytes());
    assert_eq!(answer.status(), StatusCode::OK);
    post(paged, &format!("{place}/check"), token, b"");
    place
}

#[test]
fn a_file_is_checked_applied_and_seen_through() {
    let paged = paged();
    let token = csrf(&get(&paged, "/"));
    let list = "Артикул;Цена;Остаток\nЧАЙ-100;355;7\nНЕТ;1;1\n";
    let place = hand_over(&paged, &token, "price.csv", list);
    let checked = wait_for(&paged, &place, "look before you apply");
    for said in ["355.00", "the shop has no product", "to send"] {
        assert!(checked.contains(said), "{said}: {checked}");
    }
    // Nothing has been sent, and nothing is in the inbox.
    paged.world.assert_product("ЧАЙ-100", "349", 46);
    assert!(paged.world.names_in("inbox").is_empty());
    let answer = post(&paged, &format!("{place}/apply"), &token, b"");
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    wait_for(&paged, &place, "carried, rows to look at");
    paged.world.assert_product("ЧАЙ-100", "355", 7);
    let table = get(&paged, "/runs/1/faulty.csv");
    assert!(table.contains("3;НЕТ;price;unknown;"), "{table}");
    let run = get(&paged, "/runs/1?rows=faulty");
    assert!(run.contains("НЕТ") && !run.contains("355.00"), "{run}");
    for (path, said) in [
        ("/runs?q=price", "price.csv"),
        ("/runs?q=%D0%9D%D0%95%D0%A2", "price.csv"),
        ("/products?q=%D1%87%D0%B0%D0%B9", "355.00"),
        ("/orders", "scope=\"row\">2</th>"),
        ("/orders?q=1", "scope=\"row\">1</th>"),
        ("/orders?state=written", "scope=\"row\">1</th>"),
        ("/metrics", "obmen_up{exchange=\"main\"} 1"),
        ("/health", "\"status\":\"ok\""),
    ] {
        let page = get(&paged, path);
        assert!(page.contains(said), "{path}: {page}");
        // The order's buyer is nobody's business here.
        assert!(
            !page.contains("Нил") && !page.contains("900"),
            "{path}: {page}"
        );
    }
}

#[test]
fn a_slow_upload_holds_up_neither_the_page_nor_another_file() {
    let paged = paged();
    let token = csrf(&get(&paged, "/"));
    let place = location(&post(&paged, "/drop", &token, b""));
    let url = paged.url();
    let host = url.strip_prefix("http://").unwrap();
    let list = "Артикул;Остаток\nЧАЙ-100;1\n".as_bytes();
    let (first, rest) = list.split_at(10);
    let mut slow = TcpStream::connect(host).unwrap();
    write!(
        slow,
        "POST {place}/file?name=slow.csv HTTP/1.1\r\nHost: {host}\r\nx-csrf: {token}\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n",
        list.len()
    )
    .unwrap();
    slow.write_all(first).unwrap();
    slow.flush().unwrap();
    let other = "Артикул;Остаток\n00123;2\n".as_bytes();
    let answer = post(
        &paged,
        &format!("{place}/file?name=other.csv"),
        &token,
        other,
    );
    assert_eq!(answer.status(), StatusCode::OK);
    get(&paged, "/");
    slow.write_all(rest).unwrap();
    let mut said = String::new();
    slow.read_to_string(&mut said).unwrap();
    assert!(said.starts_with("HTTP/1.1 200"), "{said}");
    post(&paged, &format!("{place}/check"), &token, b"");
    wait_for(&paged, &place, "ready to apply");
    post(&paged, &format!("{place}/apply"), &token, b"");
    // Each has come as it was sent.
    wait_until(|| {
        let product = |sku| paged.world.shop.product(sku).unwrap().quantity;
        let found = (product("ЧАЙ-100"), product("00123"));
        if found == (1, 2) {
            Ok(())
        } else {
            Err(format!("{found:?}"))
        }
    });
}

#[test]
fn what_is_not_wanted_is_discarded() {
    let paged = paged();
    let token = csrf(&get(&paged, "/"));
    let place = hand_over(&paged, &token, "a.csv", "Артикул;Остаток\nЧАЙ-100;1\n");
    wait_for(&paged, &place, "ready to apply");
    post(&paged, &format!("{place}/discard"), &token, b"");
    let gone = client()
        .get(format!("{}{place}", paged.url()))
        .send()
        .unwrap();
    assert_eq!(gone.status(), StatusCode::NOT_FOUND);
    paged.world.assert_product("ЧАЙ-100", "349", 46);
    assert!(paged.world.names_in("inbox").is_empty());
    let uploads = paged.world.folder.path().join("obmen.uploads");
    assert_eq!(uploads.read_dir().unwrap().count(), 0);
}

#[test]
fn a_held_run_is_decided_about_and_an_order_is_written_again() {
    let paged = paged();
    let token = csrf(&get(&paged, "/"));
    paged.world.drop_in("a.csv", "Артикул;Цена\nЧАЙ-100;350\n");
    wait_for(&paged, "/runs", "a.csv");
    paged
        .world
        .drop_in("b.csv", "Артикул;Цена\nЧАЙ-100;35000\n");
    let home = wait_for(&paged, "/", "One thing waits for you");
    assert!(home.contains("b.csv") && home.contains("Approve"), "{home}");
    // What a check says, it says before.
    let place = hand_over(&paged, &token, "c.csv", "Артикул;Цена\nЧАЙ-100;45000\n");
    wait_for(&paged, &place, "It would be held");
    let held = wait_for(&paged, "/runs?state=held", "b.csv");
    let run = held.split("/runs/").nth(1).unwrap();
    let run = run.split('"').next().unwrap();
    // What it would do, row by row, before it is decided about; nothing moves by that.
    let look = location(&post(&paged, &format!("/runs/{run}/look"), &token, b""));
    let looked = wait_for(&paged, &look, "It would be held");
    assert!(
        looked.contains("35000.00") && looked.contains("350.00"),
        "{looked}"
    );
    assert!(looked.contains(&format!("/runs/{run}/approve")), "{looked}");
    post(&paged, &format!("{look}/apply"), &token, b"");
    post(&paged, &format!("{look}/discard"), &token, b"");
    let in_inbox = paged.world.names_in("inbox");
    assert!(in_inbox.contains(&"held/b.csv".to_owned()), "{in_inbox:?}");
    let answer = post(&paged, &format!("/runs/{run}/approve"), &token, b"");
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    wait_for(&paged, "/runs?state=done", "b.csv");
    wait_for(&paged, "/", "Nothing waits for you");
    paged.world.assert_product("ЧАЙ-100", "35000", 46);
    let again = post(&paged, &format!("/runs/{run}/approve"), &token, b"");
    assert_eq!(
        again.status(),
        StatusCode::CONFLICT,
        "it is not held any more"
    );
    let n_before = paged.world.names_in("outbox").len();
    let answer = post(&paged, "/orders/1/again", &token, b"");
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    wait_until(|| {
        let n_now = paged.world.names_in("outbox").len();
        (n_now > n_before)
            .then_some(())
            .ok_or("no second file".to_owned())
    });
    let unseen = post(&paged, "/orders/77/again", &token, b"");
    assert_eq!(unseen.status(), StatusCode::CONFLICT);
}

#[test]
fn nothing_is_done_for_another_site() {
    let paged = paged();
    let token = csrf(&get(&paged, "/"));
    let ask = |headers: &[(&str, &str)]| {
        let mut request = client().post(format!("{}/drop", paged.url()));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().unwrap().status()
    };
    assert_eq!(ask(&[]), StatusCode::FORBIDDEN, "no token");
    assert_eq!(ask(&[("x-csrf", "guess")]), StatusCode::FORBIDDEN);
    let ours = ("x-csrf", token.as_str());
    for foreign in [
        ("origin", "http://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
    ] {
        assert_eq!(ask(&[ours, foreign]), StatusCode::FORBIDDEN, "{foreign:?}");
    }
    for host in ["evil.example", "evil.example:8765", "10.1.2.3", ""] {
        let refused = ask(&[ours, ("host", host)]);
        assert!(refused.is_client_error(), "{host}: {refused}");
    }
    assert_eq!(ask(&[ours, ("host", "obmen.local")]), StatusCode::SEE_OTHER);
    assert_eq!(ask(&[ours]), StatusCode::SEE_OTHER);
    // And what is shown cannot be framed, nor bring along anything from elsewhere.
    let answer = client().get(paged.url()).send().unwrap();
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    assert!(header("content-security-policy").contains("frame-ancestors 'none'"));
    assert!(!header("content-security-policy").contains("unsafe"));
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("cache-control"), "no-store");
}

/// What is answered to this very path, to the letter.
fn raw_status(paged: &Paged, path: &str) -> u16 {
    let url = paged.url();
    let host = url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

#[test]
fn no_name_leads_out_of_the_inbox_and_no_file_is_endless() {
    let paged = paged();
    let token = csrf(&get(&paged, "/"));
    let place = location(&post(&paged, "/drop", &token, b""));
    for name in [
        "",
        "../a.csv",
        "..%5Ca.csv",
        "%2Fetc%2Fa.csv",
        "C:a.csv",
        "x%00.csv",
        "held/../../a.csv",
        "done/a.csv",
    ] {
        let answer = post(
            &paged,
            &format!("{place}/file?name={name}"),
            &token,
            b"a;b\n",
        );
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{name}");
    }
    let large = vec![b'1'; usize::try_from(MAX_UPLOAD).unwrap() + 1];
    let answer = post(&paged, &format!("{place}/file?name=a.csv"), &token, &large);
    assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
    for path in [
        "/../obmen.sqlite",
        "/..%2fobmen.sqlite",
        "/static/../../obmen.toml",
        "/runs/..%2f..%2f",
        "/runs/-1",
        "/drop/99999999999999999999",
    ] {
        // Clients that mean well would never send it so.
        assert_eq!(raw_status(&paged, path), 404, "{path}");
    }
    // A form is a word or two.
    let answer = post(
        &paged,
        &format!("{place}/apply"),
        &token,
        &vec![b'a'; 300_000],
    );
    assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[test]
fn the_password_is_asked_for() {
    let paged = Paged::new(World::new(), Language::English, Some(PASSWORD));
    let log_in = |password: &str| {
        client()
            .post(format!("{}/login", paged.url()))
            .form(&[("password", password)])
            .send()
            .unwrap()
    };
    let stranger = client().get(paged.url()).send().unwrap();
    assert_eq!(location(&stranger), "/login");
    for path in ["/runs/1/approve", "/drop", "/logout"] {
        assert_eq!(post(&paged, path, "", b"").status(), StatusCode::FORBIDDEN);
    }
    let events = client()
        .get(format!("{}/events", paged.url()))
        .send()
        .unwrap();
    assert_eq!(events.status(), StatusCode::UNAUTHORIZED);
    let wrong = log_in("incorrect horse");
    assert_eq!(wrong.status(), StatusCode::FORBIDDEN);
    assert!(wrong.text().unwrap().contains("This is not the password."));
    let right = log_in(PASSWORD);
    let cookie = right.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"));
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let with_cookie = |cookie: &str| {
        let request = client().get(paged.url()).header("cookie", cookie);
        request.send().unwrap().status()
    };
    assert_eq!(with_cookie(&cookie), StatusCode::OK);
    assert_eq!(with_cookie("obmen=guess"), StatusCode::SEE_OTHER);
    // A page that is open hears of it when its session ends.
    let mut stream = client()
        .get(format!("{}/events", paged.url()))
        .header("cookie", &cookie)
        .send()
        .unwrap();
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    let page = client()
        .get(paged.url())
        .header("cookie", &cookie)
        .send()
        .unwrap();
    let token = csrf(&page.text().unwrap());
    let out = client()
        .post(format!("{}/logout", paged.url()))
        .header("cookie", &cookie)
        .header("x-csrf", token)
        .send()
        .unwrap();
    assert_eq!(location(&out), "/login");
    let mut heard = String::new();
    stream.read_to_string(&mut heard).unwrap();
    assert!(heard.starts_with("data: changed"), "{heard}");
    assert_eq!(with_cookie(&cookie), StatusCode::SEE_OTHER);
    for _ in 0..6 {
        log_in("guess");
    }
    assert_eq!(log_in(PASSWORD).status(), StatusCode::TOO_MANY_REQUESTS);
}

#[test]
fn other_computers_need_a_password_and_a_taken_port_is_told() {
    let world = World::new();
    let exchange = Exchange::new(world.settings.clone()).unwrap();
    let service = Service::new(vec![exchange], world.journal(), None);
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let start = |listen: &str| {
        let settings = dashboard::Settings {
            listen: listen.parse().unwrap(),
            password: None,
            names: Vec::new(),
            max_upload: 1,
            language: Language::English,
            journal: world.journal_path(),
            exchanges: Vec::new(),
            config: None,
            now: pipeline::now,
        };
        dashboard::start(settings, Arc::new(Heart::default()), service.waker())
    };
    assert!(matches!(
        start("0.0.0.0:0"),
        Err(DashboardError::Open { .. })
    ));
    let busy = start(&taken.local_addr().unwrap().to_string());
    assert!(matches!(busy, Err(DashboardError::Listen { .. })));
}

#[test]
fn a_shop_that_is_away_is_told() {
    let world = World::with_shop(Dialect::V30, Module::Upstream, small_catalogue())
        .with(|settings| settings.shop.url = "http://127.0.0.1:9/".to_owned());
    let paged = Paged::new(world, Language::Russian, None);
    let home = wait_for(&paged, "/", "Магазин сейчас недоступен");
    assert!(home.contains("lang=\"ru\""), "{home}");
    let health = client()
        .get(format!("{}/health", paged.url()))
        .send()
        .unwrap();
    assert_eq!(health.status(), StatusCode::SERVICE_UNAVAILABLE);
    // A check cannot be made, and says so; the file can be applied all the same.
    let token = csrf(&get(&paged, "/"));
    let place = hand_over(&paged, &token, "a.csv", "Артикул;Остаток\nЧАЙ-100;1\n");
    wait_for(&paged, &place, "загрузить нельзя");
    post(&paged, &format!("{place}/apply"), &token, b"");
    assert_eq!(paged.world.names_in("inbox"), ["a.csv"]);
    // Nobody takes it while the shop lets nobody in.
    assert_eq!(paged.world.journal().runs(None, 9).unwrap(), []);
}
