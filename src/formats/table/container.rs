//! The container of the old Office, looked into before a library opens it.
//!
//! Its streams are chains of sectors, each of which names the next. A chain that
//! leads back into itself has no end, and who follows it fills the memory.

use crate::formats::FileError;
use crate::wording::message;

use super::workbook::damaged;

/// Sectors of the allocation table that the header itself names.
const N_IN_HEADER: usize = 109;
const HEADER: usize = 512;

/// Numbers from here on are no sectors: free, the end of a chain, the table's own.
const FIRST_RESERVED: u32 = 0xffff_fff0;

/// Every Office file of old is such a container, and so is a new one with a password.
pub(super) fn look_into_container(bytes: &[u8]) -> Result<(), FileError> {
    let holds = |stream: &str| {
        let name: Vec<u8> = stream.encode_utf16().flat_map(u16::to_le_bytes).collect();
        memchr::memmem::find(bytes, &name).is_some()
    };
    if holds("EncryptedPackage") {
        return Err(FileError::OtherFormat {
            kind: "workbook-with-password",
        });
    }
    if holds("WordDocument") && !holds("Workbook") {
        return Err(FileError::OtherFormat { kind: "old-word" });
    }
    match Container::of(bytes) {
        Some(container) if container.has_ends() => Ok(()),
        Some(_) => Err(damaged(message!("workbook-damaged"))),
        // Too short for a container; the library says what is missing.
        None => Ok(()),
    }
}

struct Container<'a> {
    bytes: &'a [u8],
    sector: usize,
}

impl<'a> Container<'a> {
    fn of(bytes: &'a [u8]) -> Option<Self> {
        let shift = u16::from_le_bytes(bytes.get(30..32)?.try_into().ok()?);
        // 512 bytes in version 3, 4,096 in version 4.
        let sector = match shift {
            9 => 512,
            12 => 4_096,
            _ => return None,
        };
        Some(Self { bytes, sector })
    }

    fn n_sectors(&self) -> usize {
        self.bytes.len() / self.sector
    }

    /// The numbers that a sector is made of; of one cut off, those that are there.
    fn sector(&self, number: u32) -> impl Iterator<Item = u32> + use<'a> {
        let at = usize::try_from(number)
            .ok()
            .and_then(|number| number.checked_add(1)?.checked_mul(self.sector));
        let bytes = at.and_then(|at| self.bytes.get(at..)).unwrap_or_default();
        numbers(bytes.get(..self.sector).unwrap_or(bytes))
    }

    fn in_header(&self, at: usize) -> Option<u32> {
        numbers(self.bytes.get(at..at + 4)?).next()
    }

    /// Whether each chain of the allocation tables comes to an end.
    fn has_ends(&self) -> bool {
        let Some(table) = self.table() else {
            return false;
        };
        let small = self.in_header(60).unwrap_or(FIRST_RESERVED);
        let Some(small) = chain(&table, small) else {
            return false;
        };
        let small: Vec<u32> = small.into_iter().flat_map(|one| self.sector(one)).collect();
        ends(&table) && ends(&small)
    }

    /// The allocation table; `None` if the list of its own sectors has no end.
    fn table(&self) -> Option<Vec<u32>> {
        let is_sector = |number: &u32| *number < FIRST_RESERVED;
        let listed = self.bytes.get(HEADER - N_IN_HEADER * 4..HEADER)?;
        let mut sectors: Vec<u32> = numbers(listed).filter(is_sector).collect();
        let mut next = self.in_header(68).filter(is_sector);
        let mut n_followed = 0;
        while let Some(number) = next {
            n_followed += 1;
            if n_followed > self.n_sectors() {
                return None;
            }
            let mut more: Vec<u32> = self.sector(number).collect();
            next = more.pop().filter(is_sector);
            sectors.extend(more.into_iter().filter(is_sector));
        }
        // A sector named over and over would make a table without end.
        if sectors.len() > self.n_sectors() {
            return None;
        }
        Some(
            sectors
                .into_iter()
                .flat_map(|one| self.sector(one))
                .collect(),
        )
    }
}

fn numbers(bytes: &[u8]) -> impl Iterator<Item = u32> {
    bytes
        .chunks_exact(4)
        .filter_map(|four| Some(u32::from_le_bytes(four.try_into().ok()?)))
}

/// The sectors behind the first one; `None` for a chain that has no end.
fn chain(table: &[u32], first: u32) -> Option<Vec<u32>> {
    let mut sectors = Vec::new();
    let mut next = first;
    while next < FIRST_RESERVED {
        if sectors.len() > table.len() {
            return None;
        }
        sectors.push(next);
        next = usize::try_from(next)
            .ok()
            .and_then(|at| table.get(at).copied())
            .unwrap_or(FIRST_RESERVED);
    }
    Some(sectors)
}

/// Whether no chain of the table leads back into itself. Each entry is walked over once.
fn ends(table: &[u32]) -> bool {
    const UNSEEN: u32 = 0;
    let mut seen_in = vec![UNSEEN; table.len()];
    for (walk, first) in (1..).zip(0..table.len()) {
        let mut at = first;
        while let Some(mark) = seen_in.get_mut(at) {
            if *mark == walk {
                return false;
            }
            if *mark != UNSEEN {
                break;
            }
            *mark = walk;
            let next = table.get(at).copied().unwrap_or(FIRST_RESERVED);
            match usize::try_from(next) {
                Ok(next) if table.get(at).is_some_and(|next| *next < FIRST_RESERVED) => at = next,
                Ok(_) | Err(_) => break,
            }
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_that_leads_back_into_itself_is_noticed() {
        const END: u32 = 0xffff_fffe;
        assert!(ends(&[]));
        assert!(ends(&[1, 2, END, 2, END]));
        assert!(!ends(&[0]));
        assert!(!ends(&[1, 2, 0]));
        assert!(!ends(&[END, 2, 3, 1]));
        // Out of the file: the library says so.
        assert!(ends(&[77]));
        assert_eq!(chain(&[1, 2, END], 0), Some(vec![0, 1, 2]));
        assert_eq!(chain(&[1, 0], 0), None);
    }

    /// 512 bytes of header, then sectors of 512 bytes: the table, and one more.
    fn container(entry: u32) -> Vec<u8> {
        let mut bytes = vec![0; 3 * HEADER];
        let mut put = |at: usize, value: &[u8]| {
            bytes.splice(at..at + value.len(), value.iter().copied());
        };
        put(0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1");
        put(30, &9_u16.to_le_bytes());
        put(60, &u32::MAX.to_le_bytes());
        put(68, &u32::MAX.to_le_bytes());
        put(HEADER - 4 * N_IN_HEADER, &[0xff; 4 * N_IN_HEADER]);
        put(HEADER - 4 * N_IN_HEADER, &0_u32.to_le_bytes());
        put(HEADER, &[0xff; HEADER]);
        put(HEADER + 4, &entry.to_le_bytes());
        bytes
    }

    #[test]
    fn a_container_without_end_is_refused_before_anybody_follows_it() {
        assert!(look_into_container(&container(0xffff_fffe)).is_ok());
        let refused = look_into_container(&container(1)).unwrap_err();
        assert_eq!(refused.code(), "broken");
        // The list of the table's own sectors leads to itself.
        let mut endless = container(0xffff_fffe);
        endless.splice(68..72, 1_u32.to_le_bytes());
        endless.splice(3 * HEADER - 4.., 1_u32.to_le_bytes());
        assert!(look_into_container(&endless).is_err());
    }
}
