//! The order of events: the way in, the way out, the fate of a file, the service.
//!
//! No format, SQL or HTTP detail here; every step is a call of the room that
//! knows it. The only room that reads the clock on the wall; how long something takes
//! may be measured anywhere.

mod abandoned;
mod backoff;
mod choices;
mod chores;
mod clock;
mod decide;
mod documents;
mod error;
mod exchange;
mod fate;
mod inbound;
mod list_rows;
mod lists;
mod look;
mod lookup;
mod matching;
mod outbound;
mod outcomes;
mod pace;
mod picture_load;
mod pictures;
mod planning;
mod portion;
mod post;
mod publishing;
mod queue;
mod rails;
mod reading;
mod receipt;
mod resolve;
mod send;
mod service;
mod settle;
mod spool;
mod spool_codec;
mod survey;
mod turn;
mod waiting;

pub use clock::{now, unix_time};
pub use decide::{DecisionError, approve, held_file, is_guarded, reject, retry, write_order_again};
pub use error::CarryError;
pub use exchange::{
    Deleted, Exchange, ExchangeSettings, GoodsSettings, ListSettings, MatchBy, OrderSettings,
    Schedule,
};
pub use inbound::{Carried, Caution, send_file};
pub use lists::{ListColumn, ListKind, ListReport, fetch_list};
pub use look::{Change, Look, look_ahead};
pub use outbound::{OrdersReport, ask_for_orders};
pub use post::{FileReport, PassReport};
pub use publishing::OrderFileName;
pub use receipt::{
    TABLE_HEADER, field_text, kind_key, planned_text, rows_text, table_row, tally_text,
    write_text as write_receipt,
};
pub use service::{Event, Service, Waker};
