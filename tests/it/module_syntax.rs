//! One file has to run on whatever PHP a shop has: 5.6 as well as 8.4.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::opencart::is_there;
use crate::world::put;

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/shop/opencart_module/sync.php")
}

fn finds_in(file: &Path) -> Output {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/opencart/syntax.php");
    Command::new("php").arg(script).arg(file).output().unwrap()
}

#[test]
fn the_module_keeps_to_what_every_version_understands() {
    if !is_there() {
        return;
    }
    let output = finds_in(&source());
    let found = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{found}");
    // What this PHP says itself, deprecations included; those of a run fail its call.
    let output = Command::new("php")
        .args(["-d", "error_reporting=-1", "-d", "display_errors=1", "-l"])
        .arg(source())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.trim().starts_with("No syntax errors"), "{said}");
    assert_eq!(said.trim().lines().count(), 1, "{said}");
}

#[test]
fn newer_and_older_ways_of_writing_are_seen() {
    if !is_there() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("planted.php");
    for planted in [
        "$a = $b ?? 1;",
        "$a ??= 1;",
        "$a = $b <=> $c;",
        "$a = $b?->c;",
        "$f = fn($x) => $x;",
        "$a = match ($b) { 1 => 2 };",
        "class A { public int $b; }",
        "class A { private ?string $b = null; }",
        "class A { private static array $b; }",
        "class A { private const B = 1; }",
        "class A { public function __construct(private $b) {} }",
        "function f(int $a) {}",
        "function f(?array $a) {}",
        "function f(array $a = null) {}",
        "function f($a): array {}",
        "f($a, );",
        "$a->f($b,\n);",
        "f(limit: 1);",
        "[$a, $b] = f();",
        "$a = new class {};",
        "try { } catch (A | B $e) { }",
        "try { } catch (A) { }",
        "$a = $b ?: throw new E();",
        "$a = 1_000;",
        "$a = \"${b}\";",
        "$a = str_contains($b, 'c');",
        "$a = \\random_bytes(3);",
        "$a = each($b);",
        "$a = utf8_encode($b);",
    ] {
        put(&file, format!("<?php\n{planted}\n").as_bytes());
        let output = finds_in(&file);
        assert!(!output.status.success(), "not seen: {planted}");
    }
    for plain in [
        "list($a, $b) = f(array(1, 2,));",
        "$a = array('x' => $b ? 1 : 2,);",
        "switch ($a) { case B: f(); }",
        "$a = $b ? f() : g();",
        "$a['x']['y'] = 1; $b = [1, 2]; $c = $d->each();",
        "class A { public static $b = null; const C = 1; public static function f(array $a, $b = null) { return $a[0]; } }",
        "try { f(); } catch (\\Throwable $e) { throw $e; }",
        "$f = function ($a) use ($b) { return \"{$a['x']} $b\"; };",
    ] {
        put(&file, format!("<?php\n{plain}\n").as_bytes());
        let output = finds_in(&file);
        let found = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{plain}: {found}");
    }
}
