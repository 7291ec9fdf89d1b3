//! Notices to a person elsewhere: to a receiver that speaks real HTTP on this computer.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use chrono::{NaiveDateTime, TimeDelta};
use obmen::journal::{Fingerprint, RunState};
use obmen::notices::{self, Settings, Webhook};
use obmen::pipeline;
use obmen::wording::{Language, Message};
use serde_json::{Value, json};

use crate::world::{World, put};

/// Answers each request with the next of these, then with 200, and tells what it was sent.
struct Hook {
    url: String,
    bodies: Receiver<Value>,
}

impl Hook {
    fn answering(answers: &'static [&'static str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/T0KEN", listener.local_addr().unwrap());
        let (sender, bodies) = channel();
        thread::spawn(move || {
            let answers = answers.iter().copied();
            for (stream, answer) in listener
                .incoming()
                .zip(answers.chain(std::iter::repeat("200 OK")))
            {
                let mut stream = stream.unwrap();
                let body = body_of(&stream);
                let head =
                    format!("HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                // Before the answer: whoever has been answered has been heard.
                if sender.send(body).is_err() {
                    return;
                }
                stream.write_all(head.as_bytes()).unwrap();
            }
        });
        Self { url, bodies }
    }

    /// The deadline is for a test that has failed.
    fn next(&self) -> Value {
        self.bodies.recv_timeout(Duration::from_secs(60)).unwrap()
    }

    /// What has come and was not asked for.
    fn rest(&self) -> Vec<Value> {
        self.bodies.try_iter().collect()
    }
}

fn body_of(stream: &TcpStream) -> Value {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if let Some(n) = line.to_lowercase().strip_prefix("content-length:") {
            length = n.trim().parse().unwrap();
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    serde_json::from_slice(&body).unwrap()
}

fn settings(world: &World, hook: &Hook, language: Language) -> Settings {
    let extra = BTreeMap::from([("chat_id".to_owned(), "-100".to_owned())]);
    Settings {
        webhook: Webhook::new(&hook.url, "text".to_owned(), extra).unwrap(),
        silent_after: None,
        pause: Duration::from_millis(10),
        language,
        journal: world.journal_path(),
        exchanges: vec!["main".to_owned()],
        now: pipeline::now,
    }
}

/// A file that a guard rail holds, and an order that cannot be written.
fn with_something_waiting() -> World {
    let world = World::new();
    world
        .drop_in("a.csv", "Артикул;Цена\nЧАЙ-100;350\n")
        .carry();
    world
        .drop_in("b.csv", "Артикул;Цена\nЧАЙ-100;35000\n")
        .pass();
    let journal = world.journal();
    let order = obmen::domain::OrderId::parse("1").unwrap();
    // As the way out would, for a reason that names what the buyer wrote.
    journal
        .hold_order("main", order, &Message::plain("buyer О'Нил"))
        .unwrap();
    world
}

#[test]
fn what_waits_is_told_once_and_nothing_of_a_buyer() {
    let world = with_something_waiting();
    let hook = Hook::answering(&[]);
    let telling = notices::start(settings(&world, &hook, Language::Russian)).unwrap();
    let told = hook.next();
    let text = told["text"].as_str().unwrap();
    for said in ["2 дела ждут человека", "b.csv", "заказ 1"] {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert_eq!(told["kind"], "waiting");
    assert_eq!(told["runs"], json!([2]));
    assert_eq!(told["orders"], json!([1]));
    assert_eq!(told["chat_id"], "-100");
    let whole = told.to_string();
    assert!(
        !whole.contains("Нил") && !whole.contains(world.shop.key()),
        "{whole}"
    );
    // Looked at again, and by the next start of the program: it has been told.
    telling.look();
    drop(telling);
    notices::tell_once(settings(&world, &hook, Language::Russian));
    assert_eq!(hook.rest(), Vec::<Value>::new());
    // Another file waits: only that is told.
    world
        .drop_in("c.csv", "Артикул;Цена\nЧАЙ-100;45000\n")
        .pass();
    notices::tell_once(settings(&world, &hook, Language::English));
    let told = hook.next();
    let text = told["text"].as_str().unwrap();
    assert!(
        text.contains("one thing waits") && text.contains("c.csv"),
        "{text}"
    );
    assert_eq!((&told["runs"], &told["orders"]), (&json!([3]), &json!([])));
}

#[test]
fn a_file_that_is_held_again_is_told_again() {
    let world = with_something_waiting();
    let hook = Hook::answering(&[]);
    notices::tell_once(settings(&world, &hook, Language::English));
    assert_eq!(hook.next()["runs"], json!([2]));
    let runs = world.journal().runs(None, 1).unwrap();
    world.take_up(&runs[0]);
    world.pass();
    let runs = world.journal().runs(None, 1).unwrap();
    assert_eq!((runs[0].state, runs[0].attempts), (RunState::Held, 2));
    notices::tell_once(settings(&world, &hook, Language::English));
    let told = hook.next();
    assert_eq!((&told["runs"], &told["orders"]), (&json!([2]), &json!([])));
}

#[test]
fn a_receiver_that_fails_is_tried_again_until_it_has_taken_it() {
    let world = with_something_waiting();
    // A redirect is no receiver either: nothing goes to where it leads.
    let hook = Hook::answering(&[
        "503 Busy",
        "302 Found\r\nLocation: http://127.0.0.1:9/",
        "429 Later",
    ]);
    let telling = notices::start(settings(&world, &hook, Language::English)).unwrap();
    let told: Vec<Value> = (0..4).map(|_| hook.next()).collect();
    assert!(told.iter().all(|one| *one == told[0]), "{told:?}");
    telling.look();
    drop(telling);
    assert_eq!(hook.rest(), Vec::<Value>::new());
}

/// A day and an hour from now.
/// Reasons and names may be as long as somebody has made them.
fn with_much_waiting() -> World {
    let world = World::new();
    let journal = world.journal();
    for n in 0..12 {
        let name = format!("{n}-{}.csv", "выгрузка".repeat(20));
        let print = Fingerprint {
            hash: n.to_string(),
            size: 1,
        };
        let run = journal
            .begin("main", &name, &print, pipeline::now())
            .unwrap();
        let why = Message::plain("причина ".repeat(300));
        journal
            .finish(run.id, RunState::Held, Some(&why), None, pipeline::now())
            .unwrap();
    }
    world
}

#[test]
fn a_notice_is_no_longer_than_a_chat_takes() {
    for language in [Language::English, Language::Russian] {
        let world = with_much_waiting();
        let hook = Hook::answering(&[]);
        notices::tell_once(settings(&world, &hook, language));
        let told = hook.next();
        let text = told["text"].as_str().unwrap();
        assert!(text.chars().count() < 2_000, "{text}");
        assert!(text.contains("выгрузка") && text.contains("причина"));
        assert_eq!(told["runs"].as_array().unwrap().len(), 12);
        // Those that have no line are counted.
        let n_lines = text.lines().count();
        let last = text.lines().last().unwrap();
        assert!(last.contains(&(12 - (n_lines - 2)).to_string()), "{text}");
    }
}

#[test]
fn what_a_receiver_finds_too_long_is_told_in_one_line() {
    for refusal in [&["400 Bad Request"], &["413 Content Too Large"]] {
        let world = with_much_waiting();
        let hook = Hook::answering(refusal);
        notices::tell_once(settings(&world, &hook, Language::English));
        let whole = hook.next();
        let short = hook.next();
        let text = whole["text"].as_str().unwrap();
        assert_eq!(short["text"].as_str(), text.lines().next(), "{short}");
        assert_eq!(short["runs"], whole["runs"]);
        // It is told, and not told again.
        notices::tell_once(settings(&world, &hook, Language::English));
        assert_eq!(hook.rest(), Vec::<Value>::new());
    }
}

fn tomorrow() -> NaiveDateTime {
    pipeline::now() + TimeDelta::hours(25)
}

#[test]
fn silence_is_told_once_and_a_file_ends_it() {
    let world = World::new();
    let hook = Hook::answering(&[]);
    let tell = |now| {
        let mut settings = settings(&world, &hook, Language::English);
        settings.silent_after = Some(Duration::from_secs(24 * 3_600));
        settings.now = now;
        notices::tell_once(settings);
    };
    // Before the first file, silence begins with the first look.
    tell(pipeline::now);
    assert_eq!(hook.rest(), Vec::<Value>::new());
    tell(tomorrow);
    tell(tomorrow);
    let told = hook.next();
    assert_eq!(told["kind"], "silence");
    let text = told["text"].as_str().unwrap();
    assert!(text.contains("no file has come for 24 hours"), "{text}");
    assert_eq!(hook.rest(), Vec::<Value>::new());
    world
        .drop_in("a.csv", "Артикул;Цена\nЧАЙ-100;350\n")
        .carry();
    tell(pipeline::now);
    assert_eq!(hook.rest(), Vec::<Value>::new());
    tell(tomorrow);
    let text = hook.next()["text"].as_str().unwrap().to_owned();
    assert!(text.contains("the last one came at"), "{text}");
}

#[test]
fn the_doctor_sends_a_test_and_names_no_address() {
    let world = World::new();
    let hook = Hook::answering(&["200 OK", "404 None"]);
    let config = world.write_config();
    let text = std::fs::read_to_string(&config).unwrap();
    let check = |url: &str| {
        let notice = format!("language = 'en'\n[notice]\nwebhook = '{url}'\n{text}");
        put(&config, notice.as_bytes());
        let output = Command::new(env!("CARGO_BIN_EXE_obmen"))
            .args(["check", "--notice", "--config"])
            .arg(&config)
            .env_remove("OBMEN_NOTICE_WEBHOOK")
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        String::from_utf8(said).unwrap()
    };
    let said = check(&hook.url);
    assert!(said.contains("ok    notice:"), "{said}");
    let told = hook.next();
    assert_eq!(
        (&told["kind"], &told["exchange"]),
        (&json!("test"), &json!("main"))
    );
    let said = check(&hook.url);
    assert!(
        said.contains("BAD   notice: the receiver answered with 404"),
        "{said}"
    );
    let closed = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let said = check(&format!("http://{closed}/T0KEN"));
    assert!(
        said.contains("cannot be reached") && !said.contains("T0KEN"),
        "{said}"
    );
}
