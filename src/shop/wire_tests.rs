//! What the shop writes is understood as it is meant.

use super::*;

fn read(fields: &Value) -> Order {
    let mut row = json!({
        "order_id": "5", "date_added": "2026-02-02 10:11:12", "total": "1.0000",
        "currency_code": "RUB", "_products_": [],
    });
    for (name, value) in fields.as_object().unwrap() {
        row[name] = value.clone();
    }
    let tax = TaxFields {
        inn: Some("3".to_owned()),
        kpp: Some("kpp".to_owned()),
    };
    let reply = json!({"orders": [row]});
    orders(&reply, &[], &tax).remove(0).unwrap()
}

#[test]
fn the_numbers_of_a_company_are_found_where_the_shop_keeps_them() {
    for (fields, inn, kpp, n_notes) in [
        (json!({"custom_field": "[]"}), "", "", 0),
        (
            json!({"custom_field": r#"{"3":"7707083893"}"#}),
            "7707083893",
            "",
            0,
        ),
        (
            json!({
                "custom_field": r#"{"3":""}"#,
                "payment_custom_field": "{&quot;3&quot;:&quot;7707083893&quot;}",
                "kpp": "770701001",
            }),
            "7707083893",
            "770701001",
            0,
        ),
        (
            json!({"shipping_custom_field": {"3": "500100732259", "1": "a &quot;b&quot;"}}),
            "500100732259",
            "",
            0,
        ),
        (json!({"custom_field": r#"{"3":"по запросу"}"#}), "", "", 1),
        (
            json!({"custom_field": r#"{"3":"770708389"}"#, "kpp": "770701001"}),
            "",
            "",
            2,
        ),
        (
            json!({"custom_field": r#"{"3":["x"]}"#, "kpp": ""}),
            "",
            "",
            0,
        ),
    ] {
        let order = read(&fields);
        let found = (
            order.buyer.inn.as_ref().map_or("", Inn::as_str),
            order.buyer.kpp.as_ref().map_or("", Kpp::as_str),
            order.notes.len(),
        );
        assert_eq!(found, (inn, kpp, n_notes), "{fields}");
    }
}
