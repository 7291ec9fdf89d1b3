//! Pages over 10,000 runs and a run of 300,000 rows: parts of them, never all. How long they take, the bench says.

use crate::much::Much;
use crate::served::client;

/// Room for 200 rows and what is around them.
const MOST_BYTES: usize = 200_000;

fn links(page: &str) -> Option<String> {
    let (_, rest) = page.split_once("rel=\"next\" href=\"")?;
    let link = rest.split('"').next()?;
    Some(link.replace("&amp;", "&"))
}

#[test]
fn a_long_list_comes_in_parts_and_each_part_leads_to_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let much = Much::made_in(folder.path(), 10_000, 300_000);
    let shown = much.show();
    let address = shown.url();
    let get = |path: &str| {
        let url = format!("{}{path}", address.trim_end_matches('/'));
        let answer = client().get(url).send().unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer.text().unwrap()
    };
    for (name, path) in much.pages() {
        let page = get(&path);
        assert!(page.len() < MOST_BYTES, "{name}: {} bytes", page.len());
    }
    let n_rows = |page: &str| page.matches("<tr>").count() - page.matches("<thead>").count();
    let runs = get("/runs");
    assert_eq!(n_rows(&runs), 50);
    let older = get(&links(&runs).unwrap());
    assert_eq!(n_rows(&older), 50);
    assert!(
        older.contains(">9951<") && older.contains(">9902<"),
        "behind the first 50"
    );
    // The long run says of itself what it has come to, and shows its first rows.
    let long = get(&format!("/runs/{}", much.long));
    assert_eq!(n_rows(&long), 200);
    assert!(long.contains("300\u{a0}000"), "its rows are counted");
    let next = get(&links(&long).unwrap());
    assert!(
        next.contains("A-000200") && !next.contains("A-000199<"),
        "behind row 200"
    );
    let last = get(&format!("/runs/{}?after=299950", much.long));
    assert_eq!(n_rows(&last), 50);
    assert_eq!(links(&last), None);
    // Each 100th of its 300,000 rows is one to look at: a page of them, and all 3,000 as a table.
    let faulty = get(&format!("/runs/{}?rows=faulty", much.long));
    assert_eq!(n_rows(&faulty), 200);
    let table = get(&format!("/runs/{}/faulty.csv", much.long));
    assert_eq!(table.lines().count(), 3_001, "a header and every 100th");
}
