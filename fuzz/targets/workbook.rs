//! `workbook` of the entry points.
#![no_main]

#[path = "../entry_points.rs"]
mod entry_points;

libfuzzer_sys::fuzz_target!(
    init: {
        // A panic of the library that reads workbooks is caught and told as damage;
        // the fuzzer's own hook would end the process before that.
        std::panic::set_hook(Box::new(|_| {}));
    },
    |data: &[u8]| entry_points::workbook(data)
);
