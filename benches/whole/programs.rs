//! The programs that are compared: obmen at each of its works, the bench itself, other people's.

use std::env;
use std::path::Path;
use std::process::{Command, Stdio};

const EXTRACT_WITH_LXML: &str = r"
import sys
from lxml import etree
n = 0
for _, e in etree.iterparse(sys.argv[1], tag='{*}Предложение'):
    e.findtext('{*}Артикул'), e.findtext('{*}Цены/{*}Цена/{*}ЦенаЗаЕдиницу'), e.findtext('{*}Количество')
    e.clear()
    while e.getprevious() is not None:
        del e.getparent()[0]
    n += 1
print(n)
";

const EXTRACT_WITH_PHP: &str = r"
$x = new XMLReader(); $x->open($argv[1]); $n = 0;
while ($x->read() && $x->localName !== 'Предложение');
while ($x->localName === 'Предложение') {
  $e = new SimpleXMLElement($x->readOuterXml());
  [(string)$e->{'Артикул'}, (string)$e->{'Цены'}->{'Цена'}->{'ЦенаЗаЕдиницу'}, (string)$e->{'Количество'}];
  $n++; $x->next('Предложение');
}
echo $n;
";

pub(crate) fn obmen(config: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_obmen"));
    command.arg("--config").arg(config);
    command
}

pub(crate) fn read(file: &Path) -> Command {
    let mut command = obmen(Path::new("none.toml"));
    command
        .args(["read", "--format", "jsonl", "--summary"])
        .arg(file);
    command
}

pub(crate) fn plan(config: &Path, file: &Path) -> Command {
    let mut command = obmen(config);
    command.args(["plan", "--offline", "--summary"]).arg(file);
    command
}

pub(crate) fn send(config: &Path, file: &Path) -> Command {
    let mut command = obmen(config);
    command.arg("send").arg(file);
    command
}

pub(crate) fn itself(role: &str, arguments: &[&Path]) -> Command {
    let mut command = Command::new(env::current_exe().expect("it is running"));
    command.arg(role).args(arguments);
    command
}

pub(crate) fn xmllint(file: &Path) -> Command {
    let mut command = Command::new("xmllint");
    command.args(["--stream", "--noout"]).arg(file);
    command
}

pub(crate) fn lxml(file: &Path) -> Command {
    // `OBMEN_PYTHON` names an interpreter that has lxml.
    let python = env::var_os("OBMEN_PYTHON").unwrap_or_else(|| "python3".into());
    let has_lxml = Command::new(&python)
        .args(["-c", "import lxml"])
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    let mut command = Command::new(if has_lxml {
        python
    } else {
        "no-python-with-lxml".into()
    });
    command.args(["-c", EXTRACT_WITH_LXML]).arg(file);
    command
}

pub(crate) fn php(file: &Path) -> Command {
    let mut command = Command::new("php");
    command.args(["-r", EXTRACT_WITH_PHP, "--"]).arg(file);
    command
}
