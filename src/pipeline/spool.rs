//! What the first reading of a file found, kept for the looks that follow: a file is parsed once.
//!
//! A few rows stay in memory; more go to a file without a name in the journal's
//! folder, which the system takes away with the process, however that ends.

use std::collections::HashSet;
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::sync::Arc;

use tempfile::SpooledTempFile;

use crate::domain::Fact;
use crate::formats::{Row, RowError};
use crate::pipeline::CarryError;
use crate::pipeline::spool_codec::{Decoder, Encoder};
use crate::plan::Detail;
use crate::wording::{Message, Worded as _};

/// A row as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kept {
    pub(super) row: Result<Fact, Fault>,
    /// When it was read, the journal knew its `Ид` by the very article that it states.
    pub(super) is_known_so: bool,
}

/// What is to be said of a faulty row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) line: u64,
    pub(super) is_note: bool,
    pub(super) detail: Message,
}

impl From<&RowError> for Fault {
    fn from(err: &RowError) -> Self {
        Self {
            line: err.place.line,
            is_note: err.fault.is_note(),
            detail: err.fault.message(),
        }
    }
}

/// Most files are smaller and never touch the disk.
pub(super) const IN_MEMORY: usize = 512 * 1024;

/// See the module's documentation.
pub(super) struct Spool {
    file: SpooledTempFile,
    /// Properties of products that are asked for, in lower case; the others are not
    /// kept: a property's name may be a thousand times as long as its id in the file.
    properties: HashSet<String>,
    /// What else of goods goes to the shop.
    details: Vec<Detail>,
    encoder: Encoder,
}

impl Spool {
    pub(super) fn new(folder: &Path, properties: impl Iterator<Item = String>) -> Self {
        Self {
            file: tempfile::spooled_tempfile_in(IN_MEMORY, folder),
            properties: properties.collect(),
            details: Vec::new(),
            encoder: Encoder::default(),
        }
    }

    /// What else of goods goes to the shop, and so must be kept.
    pub(super) fn with_details(mut self, details: Vec<Detail>) -> Self {
        self.details = details;
        self
    }

    fn keeps(&self, detail: Detail) -> bool {
        self.details.contains(&detail)
    }

    /// Puts a row into the batch that is being gathered.
    pub(super) fn keep(&mut self, row: &Row, is_known_so: bool) {
        match row {
            // The survey has learned them; nobody asks again.
            Ok(Fact::PriceType(_) | Fact::Warehouse(_)) => return,
            Ok(Fact::Group(group)) if self.keeps(Detail::Categories) => {
                self.encoder.group(group);
            }
            Ok(Fact::Group(_)) => return,
            Ok(Fact::Product(product)) => {
                self.encoder
                    .product(product, &self.properties, &self.details);
            }
            Ok(Fact::Offer(offer)) => self.encoder.offer(offer),
            Ok(Fact::Document(document)) => self.encoder.document(document),
            Err(err) => self.encoder.fault(&err.into()),
        }
        self.encoder.flag(is_known_so);
    }

    /// Ends the batch, which `n_bytes` of the file were read for.
    pub(super) fn end_batch(&mut self, n_bytes: u64) -> Result<(), CarryError> {
        self.write(n_bytes).map_err(CarryError::Spool)?;
        self.encoder.bytes.clear();
        Ok(())
    }

    fn write(&mut self, n_bytes: u64) -> io::Result<()> {
        let bytes = &self.encoder.bytes;
        let length = u64::try_from(bytes.len()).map_err(io::Error::other)?;
        self.file.write_all(&n_bytes.to_le_bytes())?;
        self.file.write_all(&length.to_le_bytes())?;
        self.file.write_all(bytes)
    }

    /// Goes through all of it, from the beginning.
    pub(super) fn look(&mut self) -> Result<Look<'_>, CarryError> {
        self.file
            .seek(SeekFrom::Start(0))
            .map_err(CarryError::Spool)?;
        Ok(Look {
            file: BufReader::new(&mut self.file),
            frame: Vec::new(),
            shared: Vec::new(),
            n_bytes: 0,
        })
    }
}

/// One look at all that is kept.
pub(super) struct Look<'a> {
    file: BufReader<&'a mut SpooledTempFile>,
    frame: Vec<u8>,
    shared: Vec<Arc<str>>,
    n_bytes: u64,
}

impl Look<'_> {
    /// The rows of the next batch; `None` at the end.
    pub(super) fn next_batch(&mut self) -> Result<Option<Vec<Kept>>, CarryError> {
        if !self.read_frame().map_err(CarryError::Spool)? {
            return Ok(None);
        }
        let mut decoder = Decoder {
            rest: &self.frame,
            shared: &mut self.shared,
        };
        let mut rows = Vec::new();
        while !decoder.rest.is_empty() {
            rows.push(decoder.kept()?);
        }
        Ok(Some(rows))
    }

    /// How many bytes of the file the last batch was read from.
    pub(super) fn n_bytes(&self) -> u64 {
        self.n_bytes
    }

    fn read_frame(&mut self) -> io::Result<bool> {
        if self.file.fill_buf()?.is_empty() {
            return Ok(false);
        }
        let mut number = [0; 8];
        self.file.read_exact(&mut number)?;
        self.n_bytes = u64::from_le_bytes(number);
        self.file.read_exact(&mut number)?;
        let length = u64::from_le_bytes(number);
        self.frame.clear();
        let n = (&mut self.file).take(length).read_to_end(&mut self.frame)?;
        if u64::try_from(n).is_ok_and(|n| n == length) {
            return Ok(true);
        }
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Offer, Quantity, Sku, WarehouseStock};
    use crate::formats::{CsvOptions, Place, RowFault, read};
    use crate::pipeline::spool_codec::MAX_SHARED;

    fn facts(text: &str) -> Vec<Row> {
        read(text.as_bytes(), &CsvOptions::default())
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap()
    }

    fn all(spool: &mut Spool) -> Vec<Kept> {
        let mut look = spool.look().unwrap();
        let mut rows = Vec::new();
        while let Some(batch) = look.next_batch().unwrap() {
            rows.extend(batch);
        }
        rows
    }

    fn kept(row: Row) -> Kept {
        Kept {
            is_known_so: row.is_ok(),
            row: row.map_err(|err| Fault::from(&err)),
        }
    }

    fn keep(spool: &mut Spool, rows: &[Row]) {
        for row in rows {
            spool.keep(row, row.is_ok());
        }
        spool.end_batch(7).unwrap();
    }

    const OFFERS: &str = "<КоммерческаяИнформация><Каталог><Товары>\
        <Товар Статус='Удален'><Ид>g</Ид><Артикул>А-1</Артикул><Наименование>Чай</Наименование>\
        <Описание>Чёрный</Описание><БазоваяЕдиница>шт</БазоваяЕдиница><Картинка>a.jpg</Картинка>\
        <Изготовитель><Наименование>Завод</Наименование></Изготовитель>\
        <ЗначенияРеквизитов><ЗначениеРеквизита><Наименование>Вес</Наименование><Значение>5</Значение></ЗначениеРеквизита>\
        </ЗначенияРеквизитов></Товар></Товары></Каталог>\
        <ПакетПредложений><Предложения><Предложение><Ид>g#v</Ид><Штрихкод>46</Штрихкод>\
        <Цены><Цена><ИдТипаЦены>p1</ИдТипаЦены><ЦенаЗаЕдиницу>10.5</ЦенаЗаЕдиницу><Валюта>RUB</Валюта></Цена>\
        <Цена><ИдТипаЦены>p2</ИдТипаЦены><ЦенаЗаЕдиницу>9</ЦенаЗаЕдиницу><Валюта>RUB</Валюта></Цена></Цены>\
        <Количество>-0.500</Количество><Склад ИдСклада='w' КоличествоНаСкладе='3'/></Предложение>\
        <Предложение/></Предложения></ПакетПредложений>\
        <Документ><Ид>d</Ид><Номер>17</Номер><Дата>2026-11-23</Дата><Время>10:11:12</Время>\
        <ХозОперация>Заказ товара</ХозОперация><Роль>Продавец</Роль><Сумма>12.3</Сумма><ЗначенияРеквизитов>\
        <ЗначениеРеквизита><Наименование>Отменен</Наименование><Значение>true</Значение></ЗначениеРеквизита>\
        <ЗначениеРеквизита><Наименование>Проведен</Наименование><Значение>false</Значение></ЗначениеРеквизита>\
        </ЗначенияРеквизитов></Документ></КоммерческаяИнформация>";

    #[test]
    fn what_comes_out_is_what_went_in() {
        let folder = tempfile::tempdir().unwrap();
        let properties = ["вес".to_owned()];
        let mut spool = Spool::new(folder.path(), properties.into_iter());
        let rows = facts(OFFERS);
        // So often that it does not stay in memory.
        let n_times = 10_000;
        for _ in 0..n_times {
            keep(&mut spool, &rows);
        }
        assert!(spool.file.is_rolled());
        let expected: Vec<Kept> = rows.iter().map(|row| kept(row.clone())).collect();
        assert_eq!(expected.len(), 4, "{expected:?}");
        for _ in 0..2 {
            let found = all(&mut spool);
            assert_eq!(found.len(), n_times * expected.len());
            assert!(found.chunks(expected.len()).all(|part| part == expected));
        }
        assert!(spool.look().is_ok_and(|mut look| {
            look.next_batch().unwrap();
            look.n_bytes() == 7
        }));
    }

    #[test]
    fn texts_beyond_those_that_are_shared_are_kept_as_well() {
        let folder = tempfile::tempdir().unwrap();
        let mut spool = Spool::new(folder.path(), std::iter::empty());
        let stock = |n: usize| WarehouseStock {
            warehouse: n.to_string().into(),
            quantity: Quantity::ZERO,
            line: u64::MAX,
        };
        let offer = Offer {
            sku: Sku::parse("x").ok(),
            warehouses: (0..3 * MAX_SHARED).map(stock).collect(),
            ..Offer::default()
        };
        for _ in 0..2 {
            keep(&mut spool, &[Ok(Fact::Offer(offer.clone()))]);
        }
        let expected = kept(Ok(Fact::Offer(offer)));
        assert_eq!(all(&mut spool), [expected.clone(), expected]);
    }

    #[test]
    fn properties_that_nobody_asks_for_are_not_kept() {
        let mut spool = Spool::new(Path::new("."), std::iter::empty());
        keep(&mut spool, &facts(OFFERS));
        let rows = all(&mut spool);
        let Ok(Fact::Product(product)) = &rows[0].row else {
            panic!("{rows:?}")
        };
        assert!(product.properties.is_empty() && product.name.is_some());
    }

    #[test]
    fn a_disk_that_takes_nothing_is_an_error_that_passes() {
        use crate::folders::Fate;
        let nowhere = tempfile::tempdir().unwrap().path().join("gone");
        let mut spool = Spool::new(&nowhere, std::iter::empty());
        let place = Place { line: 1 };
        let fault = RowFault::OrderNumber("x".repeat(IN_MEMORY));
        spool.keep(&Err(RowError { place, fault }), false);
        let result = spool.end_batch(0);
        assert!(matches!(result, Err(CarryError::Spool(_))));
        assert_eq!(crate::pipeline::fate::fate_of(&result), Fate::Retry);
    }
}
