//! What strangers, eavesdroppers and broken programs may send to the module, in each version.

use serde_json::{Value, json};

use crate::opencart::{Request, Shop, embedded_shops, shops, unix_time};

/// The refusal of a call: its status and its reason.
fn refusal(shop: &Shop, request: &Request) -> (u16, String) {
    let (status, answer) = request.send(shop);
    assert_eq!(answer["ok"], false, "{}: {answer}", shop.version);
    assert_tells_nothing(shop, &answer);
    (status, answer["error"].as_str().unwrap().to_owned())
}

/// No SQL, no path and no name of a table leaves the shop.
#[track_caller]
fn assert_tells_nothing(shop: &Shop, answer: &Value) {
    let text = answer.to_string();
    for secret in [
        "SELECT", "UPDATE", "INSERT", "oc_", ".php", "/tests/", "mysqli", "Error No", &shop.key,
    ] {
        assert!(
            !text.contains(secret),
            "{}: `{secret}` in {text}",
            shop.version
        );
    }
}

fn ping() -> Request {
    Request::new("ping", "{}")
}

#[test]
fn who_cannot_sign_is_not_let_in() {
    for shop in shops() {
        let with = |change: &dyn Fn(&mut Request)| {
            let mut request = ping();
            change(&mut request);
            refusal(&shop, &request)
        };
        let no_entry = (401, "credentials".to_owned());
        assert_eq!(
            with(&|r| r.key = Some("wrong".to_owned())),
            no_entry,
            "{}",
            shop.version
        );
        assert_eq!(with(&|r| r.key = Some(String::new())), no_entry);
        assert_eq!(with(&|r| r.signature = Some(String::new())), no_entry);
        assert_eq!(with(&|r| r.signature = Some("0".repeat(64))), no_entry);
        assert_eq!(
            with(&|r| r.signature = Some("' OR 1=1 -- ".to_owned())),
            no_entry
        );
        let disabled = |r: &mut Request| {
            r.username = Some("off".to_owned());
            r.key = Some("disabled-key-0123456789".to_owned());
        };
        assert_eq!(with(&disabled), no_entry, "a disabled user");
        // 2.3 has no user names: there the key alone says who it is.
        if !shop.version.starts_with('2') {
            assert_eq!(
                with(&|r| r.username = Some("somebody' OR '1'='1".to_owned())),
                no_entry
            );
            assert_eq!(with(&|r| r.username = Some(String::new())), no_entry);
        }
        assert_eq!(
            with(&|r| r.id = "short".to_owned()),
            (400, "malformed".to_owned())
        );
    }
}

#[test]
fn a_signature_covers_all_that_is_asked() {
    for shop in embedded_shops().chain(shops()) {
        let signed = Request::new("stock", r#"{"rows":[]}"#);
        let signature = {
            use obmen::shop::module::{Call, sign};
            let call = Call {
                call: "stock",
                store: None,
                unix_time: signed.unix_time,
                request_id: &signed.id,
                body: &signed.body,
            };
            sign(&obmen::shop::ApiKey::new(shop.key.clone()), &call)
        };
        let spoilt: [&dyn Fn(&mut Request); 5] = [
            &|r| r.call = "prices".to_owned(),
            &|r| r.body = br#"{"rows":[{"sku":"KB-001","quantity":0}]}"#.to_vec(),
            &|r| r.store = Some(1),
            &|r| r.unix_time += 1,
            &|r| r.id.push('x'),
        ];
        for (at, change) in spoilt.iter().enumerate() {
            let mut request = Request {
                signature: Some(signature.clone()),
                ..Request::new("stock", r#"{"rows":[]}"#)
            };
            request.unix_time = signed.unix_time;
            request.id.clone_from(&signed.id);
            change(&mut request);
            assert_eq!(
                refusal(&shop, &request),
                (401, "credentials".to_owned()),
                "{}: change {at}",
                shop.version
            );
        }
    }
}

/// To OpenCart a list in the place of a number is the number 1.
#[test]
fn nothing_of_the_query_says_more_than_was_signed() {
    for shop in shops() {
        for query in ["&store_id[]=x", "&language=en-gb", "&language[]=x"] {
            let request = Request {
                query,
                ..Request::new("orders", "{}")
            };
            let refused = refusal(&shop, &request);
            assert_eq!(
                refused,
                (401, "credentials".to_owned()),
                "{}: {query}",
                shop.version
            );
        }
    }
}

#[test]
fn an_old_call_and_a_repeated_question_are_refused() {
    for shop in shops() {
        for off_s in [-310, 310, -1_000_000] {
            let request = Request {
                unix_time: unix_time() + off_s,
                ..ping()
            };
            let (status, answer) = request.send(&shop);
            assert_eq!(
                (status, &answer["error"]),
                (401, &json!("clock")),
                "{}: {off_s}",
                shop.version
            );
            assert!((answer["time"].as_i64().unwrap() - unix_time()).abs() < 60);
        }
        for off_s in [-200, 200] {
            assert_eq!(
                Request {
                    unix_time: unix_time() + off_s,
                    ..ping()
                }
                .send(&shop)
                .0,
                200
            );
        }
        let request = Request::new("orders", "{}");
        assert_eq!(request.send(&shop).0, 200);
        assert_eq!(
            refusal(&shop, &request),
            (409, "replay".to_owned()),
            "{}",
            shop.version
        );
        let later = Request {
            unix_time: request.unix_time - 1,
            ..request
        };
        assert_eq!(
            refusal(&shop, &later),
            (409, "replay".to_owned()),
            "signed anew under the same id"
        );
    }
}

#[test]
fn the_address_is_the_connections_own() {
    const FORGED: [&str; 7] = [
        "X-Forwarded-For",
        "X-Real-IP",
        "CF-Connecting-IP",
        "Client-IP",
        "X-Client-IP",
        "X-Cluster-Client-IP",
        "Forwarded",
    ];
    for shop in shops() {
        let far = || Request {
            username: Some("far".to_owned()),
            key: Some("far-key-0123456789abcdef".to_owned()),
            ..ping()
        };
        assert_eq!(
            refusal(&shop, &far()),
            (403, "address".to_owned()),
            "{}",
            shop.version
        );
        let mut forged = far();
        forged.headers = FORGED
            .iter()
            .map(|name| ((*name).to_owned(), "10.9.8.7".to_owned()))
            .collect();
        let (status, answer) = forged.send(&shop);
        assert_eq!(
            (status, &answer["ip"]),
            (403, &json!("127.0.0.1")),
            "it says which address to allow"
        );
        let mut ours = ping();
        ours.headers = FORGED
            .iter()
            .map(|name| ((*name).to_owned(), "10.9.8.7".to_owned()))
            .collect();
        assert_eq!(ours.send(&shop).0, 200, "nor can a header shut us out");
    }
}

#[test]
fn a_body_that_is_none_is_refused_whole() {
    for shop in shops() {
        let refused = |body: &[u8]| refusal(&shop, &Request::new("stock", body));
        for body in [
            &b"[]"[..],
            b"null",
            b"{\"rows\":[",
            b"rows=1",
            b"\"{}\"",
            // Cyrillic as 1C's own encoding has it, a lone continuation byte, an overlong form, half a surrogate.
            b"{\"rows\":[{\"sku\":\"\xd7\xe0\xe9\",\"quantity\":1}]}",
            b"{\"rows\":[{\"sku\":\"\x80\",\"quantity\":1}]}",
            b"{\"rows\":[{\"sku\":\"\xc0\xaf\",\"quantity\":1}]}",
            b"{\"rows\":[{\"sku\":\"\\ud800\",\"quantity\":1}]}",
        ] {
            let shown = String::from_utf8_lossy(body).into_owned();
            assert_eq!(
                refused(body),
                (400, "malformed".to_owned()),
                "{}: {shown}",
                shop.version
            );
        }
        for body in [
            "{}",
            r#"{"rows":5}"#,
            r#"{"rows":{"a":1}}"#,
            r#"{"rows":null}"#,
        ] {
            assert_eq!(
                refused(body.as_bytes()),
                (422, "rejected".to_owned()),
                "{body}"
            );
        }
        let deep = format!(
            "{}{}",
            "{\"a\":".repeat(100),
            "1".to_owned() + &"}".repeat(100)
        );
        assert_eq!(
            refused(deep.as_bytes()),
            (400, "malformed".to_owned()),
            "nested too deeply"
        );
        let many =
            json!({"rows": vec![json!({"sku": "KB-001", "quantity": 1}); 20_001]}).to_string();
        assert_eq!(refused(many.as_bytes()), (413, "too_large".to_owned()));
        let huge = vec![b' '; 8 * 1024 * 1024 + 1];
        assert_eq!(refused(&huge), (413, "too_large".to_owned()));
        assert_eq!(
            refusal(&shop, &Request::new("drop_tables", "{}")),
            (400, "unknown_call".to_owned())
        );
        assert_eq!(shop.article("KB-001")["quantity"], "12", "nothing was done");
    }
}

/// Everything that ends a string, a list or a statement, in `MySQL`'s eyes or PHP's.
const HOSTILE: [&str; 16] = [
    "' OR '1'='1",
    "'; DROP TABLE oc_product; -- ",
    "\\'; UPDATE oc_product SET price = 0; -- ",
    "\" OR 1=1 -- ",
    "5, price=0.01",
    "0 -- ",
    "1) OR (1=1",
    "0 or 1=1",
    "\\",
    "%' OR sku LIKE '%",
    "`oc_product`",
    "{product}",
    "<script>alert(1)</script>",
    "\u{0}\u{1a}'",
    "0x27204f5220313d31",
    "\u{bf}\u{27}OR 1=1",
];

/// All that the database holds and nobody may touch by a trick.
fn fingerprint(shop: &Shop) -> Vec<String> {
    let database = shop.database.as_ref().unwrap();
    let mut found = Vec::new();
    for table in [
        "product",
        "order",
        "order_status",
        "language",
        "api",
        "api_ip",
        "product_to_category",
        "product_image",
        "product_attribute",
        "manufacturer",
        "attribute",
        "attribute_description",
        "attribute_group",
        "product_description",
        "category",
        "category_path",
    ] {
        found.extend(database.ask(&format!("CHECKSUM TABLE oc_{table}")));
        found.extend(database.ask(&format!("SELECT COUNT(*) FROM oc_{table}")));
    }
    // The checksum stands behind the name; ask shows whole lines.
    found
}

#[test]
fn no_field_of_any_call_reaches_sql_unescaped() {
    for shop in shops() {
        let before = fingerprint(&shop);
        for hostile in HOSTILE {
            let calls = [
                (
                    "stock",
                    json!({"rows": [{"sku": hostile, "quantity": 1}, {"sku": "KB-001", "quantity": hostile}, {"id": hostile, "quantity": 1},
                    {"guid": hostile, "quantity": 1}]}),
                ),
                (
                    "prices",
                    json!({"rows": [{"sku": hostile, "price": "1"}, {"sku": "KB-001", "price": hostile},
                    {"sku": "KB-001", "specials": [{"group": hostile, "price": "1"}]}, {"sku": "KB-001", "specials": [{"group": 1, "price": hostile}]},
                    {"sku": "KB-001", "group_prices": [{"group": 1, "price": "1", "from": hostile}]}]}),
                ),
                (
                    "names",
                    json!({"rows": [{"sku": hostile, "name": hostile}]}),
                ),
                (
                    "option_stock",
                    json!({"rows": [{"sku": hostile, "option": hostile, "value": hostile, "quantity": 1},
                    {"sku": "R&D 12\"", "option": hostile, "value": hostile, "quantity": 1}, {"option_value_id": hostile, "quantity": 1},
                    {"option_value_id": 6, "quantity": hostile}, {"option_value_id": 6, "quantity": 9, "price": hostile}]}),
                ),
                (
                    "order_status",
                    json!({"rows": [{"order_id": hostile, "status_id": 2}, {"order_id": 1, "status_id": hostile},
                    {"order_id": 999, "status_id": 2, "comment": hostile}]}),
                ),
                (
                    "products_upsert",
                    json!({"mode": "update", "rows": [{"sku": hostile, "name": hostile}, {"id": hostile, "name": "x"},
                    {"sku": hostile, "manufacturer": hostile, "attributes": [{"name": hostile, "text": hostile, "group": hostile}],
                        "keyword": hostile, "description": hostile, "meta_title": hostile, "meta_description": hostile,
                        "ean": hostile, "mpn": hostile, "model": hostile},
                    {"guid": hostile, "name": "x"}, {"sku": "KB-001", "images": [hostile]}, {"sku": "KB-001", "images": hostile},
                    {"sku": "KB-001", "categories": [hostile]}, {"sku": "KB-001", "categories": hostile},
                    {"sku": "KB-001", "category_guids": [hostile]}, {"sku": "KB-001", "attributes": hostile},
                    {"sku": "KB-001", "attributes": [hostile]}, {"sku": "KB-001", "enabled": hostile},
                    {"sku": "KB-001", "price": hostile}, {"sku": "KB-001", "quantity": hostile}, {"sku": "KB-001", "weight": hostile},
                    {"sku": "KB-001", "length": hostile}, {"sku": "KB-001", "width": hostile}, {"sku": "KB-001", "height": hostile}]}),
                ),
                (
                    "categories_upsert",
                    json!({"rows": [{"guid": hostile, "parent_guid": hostile, "name": hostile},
                    {"guid": "none", "parent_guid": hostile, "name": hostile}, {"guid": [hostile], "name": hostile}]}),
                ),
                (
                    "image",
                    json!({"rows": [{"name": hostile, "data": hostile}, {"name": [hostile], "data": "iVBORw0KGgo="}]}),
                ),
                (
                    "orders",
                    json!({"statuses": [1], "after": hostile, "limit": hostile, "after_change": hostile, "columns": [hostile]}),
                ),
                ("articles", json!({"after": hostile, "limit": hostile})),
                (
                    "products",
                    json!({"after": hostile, "limit": hostile, "only_enabled": hostile}),
                ),
            ];
            for (call, body) in &calls {
                let (status, answer) = shop.call(call, body);
                assert_eq!(
                    status, 200,
                    "{}: {call} {hostile:?}: {answer}",
                    shop.version
                );
                if let Some(rows) = answer["rows"].as_array() {
                    let is_harmless = |row: &Value| {
                        row["is"] == "unknown"
                            || row["is"] == "rejected"
                            || row["is"] == "unchanged"
                    };
                    assert!(
                        rows.iter().all(is_harmless),
                        "{}: {call} {hostile:?}: {answer}",
                        shop.version
                    );
                }
            }
            for (call, body) in [
                ("orders", json!({"statuses": [hostile]})),
                ("orders", json!({"ids": [hostile]})),
                ("statuses", json!({"language": hostile})),
                ("stock", json!({"rows": [], "language": hostile})),
                ("products_upsert", json!({"rows": [], "mode": hostile})),
            ] {
                let (status, answer) = shop.call(call, &body);
                assert_eq!(
                    status, 422,
                    "{}: {call} {hostile:?}: {answer}",
                    shop.version
                );
            }
        }
        assert_eq!(fingerprint(&shop), before, "{}", shop.version);
    }
}

#[test]
fn hostile_texts_are_stored_as_texts() {
    for shop in shops() {
        let harmless: Vec<&str> = HOSTILE
            .iter()
            .copied()
            .filter(|text| !text.contains('\u{0}'))
            .collect();
        assert!(harmless.len() > 5, "there is something to look at");
        for (at, hostile) in harmless.iter().enumerate() {
            let row = json!({"guid": hostile, "sku": format!("H-{at}"), "name": hostile, "model": "m", "description": hostile, "manufacturer": hostile,
                "meta_title": hostile, "meta_description": hostile, "keyword": hostile, "mpn": hostile,
                "attributes": [{"group": hostile, "name": hostile, "text": hostile}]});
            assert_eq!(
                shop.fates("products_upsert", &json!({"mode": "add", "rows": [row]})),
                ["applied"],
                "{}: {hostile:?}",
                shop.version
            );
            let category = json!({"rows": [{"guid": hostile, "name": hostile}]});
            assert_eq!(
                shop.fates("categories_upsert", &category),
                ["applied"],
                "{hostile:?}"
            );
            let product = shop.product(&format!("H-{at}")).unwrap();
            for field in ["name", "description", "manufacturer", "guid"] {
                assert_eq!(product[field], hostile.trim(), "{}: {field}", shop.version);
            }
            assert_eq!(
                product["attributes"],
                json!([{"name": hostile.trim(), "text": hostile.trim()}])
            );
        }
        let stored = shop
            .database
            .as_ref()
            .unwrap()
            .ask("SELECT name FROM oc_product_description WHERE name LIKE '%script%'");
        assert!(
            stored
                .iter()
                .all(|name| name == "&lt;script&gt;alert(1)&lt;/script&gt;"),
            "{stored:?}"
        );
    }
}

#[test]
fn what_the_database_cannot_store_is_rejected_and_not_mangled() {
    for shop in shops() {
        let fates = shop.fates(
            "names",
            &json!({"rows": [{"sku": "KB-001", "name": "Чай 🍵"}]}),
        );
        let expected = if shop.version.starts_with('2') {
            "rejected"
        } else {
            "applied"
        };
        assert_eq!(fates, [expected], "{}", shop.version);
        let stored = &shop.database.as_ref().unwrap().ask(
            "SELECT name FROM oc_product_description WHERE product_id = 40 AND language_id = 1",
        )[0];
        assert_eq!(
            stored,
            if expected == "applied" {
                "Чай 🍵"
            } else {
                "iPhone"
            }
        );
    }
}
