//! A message as a column holds it: its code and values, or a sentence of an earlier version.

use rusqlite::types::{FromSql, FromSqlResult, ToSql, ToSqlOutput, Value, ValueRef};

use crate::wording::Message;

impl ToSql for Message {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self.stored() {
            std::borrow::Cow::Borrowed(text) => ToSqlOutput::from(text),
            std::borrow::Cow::Owned(text) => ToSqlOutput::Owned(Value::Text(text)),
        })
    }
}

impl FromSql for Message {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_str().map(|text| Self::restored(text.to_owned()))
    }
}
