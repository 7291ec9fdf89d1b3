//! Answers in the words of PHP, OpenCart and the web servers in front of them.

use serde_json::{Value, json};

use super::Dialect;
use super::escape::php_json;
use super::sql::SqlError;

pub(super) const JSON: &str = "application/json";
/// OpenCart's own pages and PHP's own messages differ in the case of the charset.
pub(super) const PAGE: &str = "text/html; charset=utf-8";
pub(super) const PHP_TEXT: &str = "text/html; charset=UTF-8";

const ROOT: &str = "/var/www/shop";

/// What goes back to the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) content_type: &'static str,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Vec<u8>,
}

impl Reply {
    pub(super) fn new(status: u16, content_type: &'static str, body: impl Into<Vec<u8>>) -> Reply {
        Reply {
            status,
            content_type,
            headers: Vec::new(),
            body: body.into(),
        }
    }

    pub(super) fn json(value: &Value) -> Reply {
        Reply::new(200, JSON, php_json(value))
    }

    /// An error page of the web server or of the hosting company.
    pub(super) fn page(status: u16, title: &str) -> Reply {
        let body = format!(
            "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n\
             <center><h1>{title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
        );
        Reply::new(status, "text/html", body)
    }

    pub(super) fn redirect(status: u16, location: impl Into<String>) -> Reply {
        Reply::new(status, PHP_TEXT, "").with_header("location", location)
    }

    /// OpenCart's page for a route without a controller.
    pub(super) fn not_found() -> Reply {
        Reply::new(
            404,
            PAGE,
            "<!DOCTYPE html>\n<html dir=\"ltr\" lang=\"en\">\n<head>\n<meta charset=\"UTF-8\" />\n\
             <title>The page you requested cannot be found!</title>\n</head>\n<body>\n\
             <div id=\"content\">\n<h1>The page you requested cannot be found!</h1>\n\
             <p>The page you requested cannot be found.</p>\n</div>\n</body>\n</html>\n",
        )
    }

    #[must_use]
    pub(super) fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Reply {
        self.headers.push((name, value.into()));
        self
    }

    #[must_use]
    pub(super) fn with_prefix(mut self, prefix: &str) -> Reply {
        self.body.splice(0..0, prefix.bytes());
        self
    }
}

/// 4.1 lets no other module in; JSON, although labelled as HTML.
pub(super) fn forbidden() -> Reply {
    let body = php_json(&json!({"error": "You do not have permission to access this page."}));
    Reply::new(403, PAGE, body)
}

/// 4.1 still looks for the token in a table that it no longer has.
pub(super) fn no_session_table() -> Reply {
    Reply::new(
        200,
        PHP_TEXT,
        format!(
            "Error: Error: Table 'oc41.oc_api_session' doesn't exist<br/>Error No: 1146<br/>DELETE \
             FROM `oc_api_session` WHERE TIMESTAMPADD(HOUR, 1, `date_modified`) < NOW()\n\
             File: {ROOT}/system/library/db/mysqli.php\nLine: 122\n"
        ),
    )
}

/// 4.0 dies on a token it does not know, whatever the error display says.
pub(super) fn no_session_id() -> Reply {
    const FAULT: &str = "Typed property Opencart\\System\\Library\\Session::$session_id \
                         must not be accessed before initialization";
    let file = format!("{ROOT}/system/library/session.php");
    Reply::new(
        200,
        PHP_TEXT,
        format!(
            "<b>{FAULT}</b>: in <b>{file}</b> on line <b>56</b><br />\n<b>Fatal error</b>:  \
             Uncaught Error: {FAULT} in {file}:96\nStack trace:\n#0 [internal function]: \
             Opencart\\System\\Library\\Session-&gt;close()\n#1 {{main}}\n  thrown in <b>{file}</b> \
             on line <b>96</b><br />\n"
        ),
    )
}

/// The full path of one of the shop's files, as PHP shows it.
pub(super) fn path_of(file: &str) -> String {
    format!("{ROOT}/{file}")
}

/// `<b>Warning</b>: … in <b>file</b> on line <b>n</b>`, no line break.
pub(super) fn notice(level: &str, message: &str, file: &str, line: u32) -> String {
    format!("<b>{level}</b>: {message} in <b>{ROOT}/{file}</b> on line <b>{line}</b>")
}

/// What 4.0 prints for an exception that nobody caught.
pub(super) fn uncaught(message: &str, file: &str, line: u32) -> String {
    format!("<b>{message}</b>: in <b>{ROOT}/{file}</b> on line <b>{line}</b>")
}

/// What PHP prints when 2.3 or 3.0 die; the stack trace is shortened to its last line.
pub(super) fn fatal(message: &str, file: &str, line: u32) -> String {
    format!(
        "<br />\n<b>Fatal error</b>:  Uncaught TypeError: {message} in {ROOT}/{file}:{line}\n\
         Stack trace:\n#0 {{main}}\n  thrown in <b>{ROOT}/{file}</b> on line <b>{line}</b><br />\n"
    )
}

/// The text of OpenCart's database exception; 4.0 writes the line break another way.
pub(super) fn database_error(error: &SqlError, dialect: Dialect) -> String {
    let br = match dialect {
        Dialect::V23 | Dialect::V30 => "<br />",
        Dialect::V40 | Dialect::V41 => "<br/>",
    };
    let SqlError {
        number,
        message,
        statement,
        ..
    } = error;
    format!("Error: {message}{br}Error No: {number}{br}{statement}")
}
