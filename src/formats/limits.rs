//! How much of anything is read: a stranger's file must not fill memory or disk, nor take for ever.
//!
//! Each is far above what real files hold. Where a file goes beyond one, it is
//! refused as a whole with a word on why; it is never cut to size silently.

/// The longest single token (tag, text, comment, CSV row) that a parser may
/// gather. 1C's longest descriptions are some hundred kilobytes; a file with
/// more in one piece is broken or hostile, and would fill the memory.
pub(super) const TOKEN: usize = 16 * 1024 * 1024;

/// Text of all open elements together: many tokens of text can stand in one element.
pub(super) const OPEN_TEXT: usize = 2 * TOKEN;

/// Real files nest about 15 deep; groups add two for each level.
pub(super) const DEPTH: usize = 200;

/// Elements within one product or offer. A product may have each of a classifier's
/// properties, of three elements each; the largest classifier seen has 1,908.
pub(super) const PARTS: usize = 100_000;

/// What one product, offer or row of a list says, in bytes.
pub(super) const RECORD: usize = 2 * TOKEN;

/// Elements within one order document: some twenty for each of fifty thousand lines.
pub(super) const DOCUMENT_PARTS: usize = 1_000_000;

/// 1C's `Ид` is one GUID or two; codes and words occur.
pub(super) const ID_CHARS: usize = 255;

/// Names that ids of the classifier stand for, in bytes; beyond it, ids are shown
/// instead. 1,908 properties with their values take less than one of these megabytes.
pub(super) const NAMES: usize = 64 * 1024 * 1024;

/// Ids of price types, currencies and warehouses beyond this many are not shared.
pub(super) const SHARED: usize = 4_096;

/// Kinds of elements of CommerceML 1 that are told to be not understood; more say nothing new.
pub(super) const LEGACY_PARTS: usize = 50;

/// How many rows may stand above the header of a list.
pub(super) const HEADER_WITHIN: usize = 25;

/// Columns of a list: the widest reports have some hundreds, one for each warehouse.
pub(super) const COLUMNS: usize = 4_096;

/// A quoted cell of more lines than this was never closed. Descriptions of some
/// hundred lines exist.
pub(super) const CELL_LINES: usize = 500;

/// A quoted cell of more bytes than this was never closed.
pub(super) const CELL: usize = 4 * 1024 * 1024;

/// A workbook of a shop's whole assortment has some megabytes.
pub(super) const WORKBOOK: u64 = 64 * 1024 * 1024;

/// A zip of a megabyte can unpack to a thousand.
pub(super) const WORKBOOK_UNPACKED: u64 = 512 * 1024 * 1024;

/// All rows of a workbook are in memory at once.
pub(super) const WORKBOOK_ROWS: usize = 200_000;

/// Cells up to the last one of each row, blank ones too, that are in memory at once.
pub(super) const WORKBOOK_CELLS: usize = 12_000_000;

/// Cells beyond are stray formatting; a list has some tens of columns.
pub(super) const WORKBOOK_COLUMNS: u32 = 256;

/// An export of 1C in portions comes to some hundred files; pictures to thousands.
pub(super) const ARCHIVE_ENTRIES: usize = 100_000;

/// The largest export heard of is about a gigabyte.
pub(super) const ARCHIVE_UNPACKED: u64 = 8 * 1024 * 1024 * 1024;

/// XML shrinks to a thirtieth or so; what shrinks to a thousandth is a bomb.
pub(super) const ARCHIVE_RATIO: u64 = 1_000;

/// Below this, a ratio says nothing.
pub(super) const ARCHIVE_SMALL: u64 = 16 * 1024 * 1024;
