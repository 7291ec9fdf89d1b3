//! Workbooks that no spreadsheet would write by itself.

use std::fmt::Write as _;

use obmen::domain::Fact;
use obmen::formats::{self, CsvOptions};

use crate::archives::zipped;

/// A workbook of one sheet with these rows.
fn workbook(rows: &str) -> Vec<u8> {
    const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let book = format!(
        r#"<workbook xmlns:r="{RELATIONS}"><sheets><sheet name="Склад" sheetId="1" r:id="rId1"/></sheets></workbook>"#
    );
    let relations = format!(
        r#"<Relationships><Relationship Id="rId1" Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#
    );
    let root = format!(
        r#"<Relationships><Relationship Id="rId1" Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
    );
    let sheet = format!("<worksheet><sheetData>{rows}</sheetData></worksheet>");
    zipped(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("_rels/.rels", root.as_bytes()),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", relations.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ])
}

fn cell(place: &str, text: &str) -> String {
    format!(r#"<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>"#)
}

#[test]
fn cells_are_read_where_they_stand_and_in_whatever_order() {
    let rows = format!(
        r#"<row r="2">{}{}</row><row r="3">{}{}{}</row>"#,
        cell("B2", "Артикул"),
        cell("D2", "Остаток"),
        cell("D3", "7"),
        cell("B3", "KB-001"),
        cell("D3", "5"),
    );
    let book = workbook(&rows);
    let facts = formats::read(book.as_slice(), &CsvOptions::default()).unwrap();
    let offers: Vec<String> = facts
        .map(|row| match row.unwrap().unwrap() {
            Fact::Offer(offer) => format!(
                "{} {} {}",
                offer.line,
                offer.sku.unwrap(),
                offer.quantity.unwrap()
            ),
            other => format!("{other:?}"),
        })
        .collect();
    assert_eq!(offers, ["3 KB-001 5"]);
}

/// Each row alone is allowed; together they would be a rectangle of gigabytes.
#[test]
fn a_sheet_of_single_cells_far_to_the_right_is_refused() {
    let mut rows = format!(
        r#"<row r="1">{}{}</row>"#,
        cell("A1", "Артикул"),
        cell("B1", "Остаток")
    );
    for row in 2..50_000 {
        write!(
            rows,
            r#"<row r="{row}">{}</row>"#,
            cell(&format!("IV{row}"), "5")
        )
        .unwrap();
    }
    let book = workbook(&rows);
    let refused = formats::read(book.as_slice(), &CsvOptions::default())
        .map(|_| ())
        .unwrap_err();
    assert_eq!(refused.code(), "limit", "{refused}");
    assert!(refused.to_string().contains("cells"), "{refused}");
}
