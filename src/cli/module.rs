//! `obmen module`: writes the shop's side of the exchange, to be copied into the shop.

use std::io::{Cursor, Write as _};
use std::path::Path;

use anyhow::Context as _;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::cli::Exit;
use crate::cli::output::Out;
use crate::folders::Outbox;
use crate::shop::module;

/// For the extension installers of OpenCart 3.0, and of 2.3 where it has FTP.
const PACKAGE: &str = "obmen.ocmod.zip";

pub(super) fn module(dir: &Path, out: &mut Out) -> anyhow::Result<Exit> {
    let (folder, name) = module::PLACE.rsplit_once('/').context("no folder")?;
    let path = Outbox::open(&dir.join(folder))?.put(name, module::SOURCE.as_bytes())?;
    let package = Outbox::open(dir)?.put(PACKAGE, &packed()?)?;
    let words = out.words;
    out.say(&words.fill(
        "module-written",
        &[
            ("path", path.display().to_string().into()),
            ("version", module::source_version().into()),
            ("place", module::PLACE.into()),
        ],
    ));
    let package = package.display().to_string();
    out.say(&words.fill("module-package", &[("path", package.into())]));
    out.say(&words.text("module-then-check"));
    Ok(Exit::Fine)
}

/// The installer writes into a few folders only, of which this is one.
fn packed() -> anyhow::Result<Vec<u8>> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    writer.start_file(format!("upload/{}", module::PACKED_PLACE), options)?;
    writer.write_all(module::SOURCE.as_bytes())?;
    Ok(writer.finish()?.into_inner())
}
