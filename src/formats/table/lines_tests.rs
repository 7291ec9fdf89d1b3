//! Lines and cells, cut and joined as people write them.

use super::*;

fn records(text: &str) -> Vec<String> {
    let mut lines = Lines::new(Utf8Reader::new(text.as_bytes()).unwrap()).unwrap();
    let mut found = Vec::new();
    let mut record = Record::default();
    while lines.read_record(&mut record).unwrap() {
        let faults: Vec<&str> = record.faults.iter().map(RowFault::code).collect();
        found.push(format!(
            "{} {}{}",
            record.line,
            record.cells.iter().collect::<Vec<_>>().join("|"),
            faults.concat()
        ));
    }
    found
}

#[test]
fn quotes_are_taken_as_they_are_meant() {
    for (written, read) in [
        ("Чай \"Ahmad\";1", "Чай \"Ahmad\"|1"),
        ("\"Ahmad\" чай;1", "\"Ahmad\" чай|1"),
        ("\"Чай \"\"Ahmad\"\"; 5\";1", "Чай \"Ahmad\"; 5|1"),
        ("\"Чай \"Ahmad\" №1\";1", "Чай \"Ahmad\" №1|1"),
        ("\"Ahmad\" и \"Lipton\";1", "\"Ahmad\" и \"Lipton\"|1"),
        ("\"\";1;\"x\" ;", "|1|x|"),
        ("Монитор 27\";\"5\"", "Монитор 27\"|5"),
    ] {
        assert_eq!(records(written), [format!("1 {read}")], "{written}");
    }
}

#[test]
fn a_quote_that_is_never_closed_costs_no_other_line() {
    assert_eq!(
        records("а;б\n\"Чай;1\nКофе;2\n"),
        ["1 а|б", "2 \"Чай|1open-quote", "3 Кофе|2"]
    );
    assert_eq!(
        records("а;б\n\"Чай;1\nКофе \"Jardin\" в зёрнах;2\n"),
        [
            "1 а|б",
            "2 \"Чай|1open-quote",
            "3 Кофе \"Jardin\" в зёрнах|2"
        ]
    );
    let long = format!("\"Чай;1\n{}\"x\";3\n", "Кофе;2\n".repeat(1_000));
    assert_eq!(records(&long).len(), 1_002);
}

#[test]
fn quoted_cells_hold_line_breaks() {
    assert_eq!(
        records("a;\"x\r\n\r\ny\";b\r\n\r\nc;\"1\n2\";\"3\n4\"\nd"),
        ["1 a|x\n\ny|b", "5 c|1\n2|3\n4", "8 d"]
    );
}

#[test]
fn lines_end_in_every_usual_way() {
    assert_eq!(records("a;1\rb;2\r\rc;3"), ["1 a|1", "2 b|2", "4 c|3"]);
    assert_eq!(records("a\t1;2\nb\t2\n"), ["1 a|1;2", "2 b|2"]);
    assert_eq!(records("a,\"1,5\"\nb,2\n"), ["1 a|1,5", "2 b|2"]);
}
