### What is wrong with a file, a row, the shop, a folder or the journal, in English. `ru` holds the same keys with the same values.

## Values

sku-empty = the article is empty
sku-too-long = the article `{ $sku }` is longer than { $limit } characters; the shop would cut it off
sku-unprintable = the article `{ $sku }` holds a character that cannot be read or printed
number-empty = there is no number
number-not-one = `{ $text }` is not a number
number-too-long = `{ $text }` is too large or too long a number
money-negative = `{ $amount }` is negative
money-too-large = `{ $amount }` is larger than a shop can hold
quantity-too-large = the quantity `{ $quantity }` is larger than a shop can hold

## Rows of a file

row-at = line { $line }: { $fault }
row-price = price: { $why }
row-quantity = quantity: { $why }
row-empty-element = `{ $element }` is empty
row-no-key = { $element ->
    [row] the row
   *[other] { $element }
} has neither an Ид nor an Артикул, so nothing can be matched
row-long-id = the Ид `{ $id }` is longer than { $limit } characters
row-order-number = `{ $number }` is not an order number of the shop
row-no-status = the order row states no status
row-price-twice = two prices of type `{ $type }` for one offer; the last one counts
row-encoding = bytes that are not { $encoding } were replaced
row-commerceml1-part = `{ $element }` of CommerceML 1 (1C 7.7) is not understood and left out, here and below; have 1C export CommerceML 2
row-word = `{ $word }` in the column `{ $column }` is not a number; only that cell is left out
row-no-line-end = the last line has no line end; if the file was cut off, the last value of the row is too short
row-open-quote = a quotation mark is never closed; the line is read as plain text
row-cell-count = the row has { $found } cells where { $expected } belong: is a delimiter or a line break in one of them?
row-stock-column = the stock is read from the column `{ $read }`, not from `{ $others }`; another choice: `[csv.columns]`
row-which-stock = which of the columns `{ $columns }` is the stock? None of them was taken: name it in `[csv.columns]`
row-sold-not-stock = the column `{ $column }` of a sales report was not taken for the stock; if it is, name it in `[csv.columns]`
row-numbers-unread = the columns `{ $columns }` hold numbers and are not read; if they are prices or stock, name them in `[csv.columns]`
row-without-stock = { $n ->
    [one] { $n } row leaves
   *[other] { $n } rows leave
} the stock blank, and the shop keeps what it has; `"" = 0` in `[csv.words]` makes a blank a zero

## Files

file-unreadable = cannot read the file: { $why }
file-changed-meanwhile = it has changed while it was carried; its writer was not done
file-empty = the file is empty
file-unknown-format = not a CommerceML, CSV or Excel file: it starts with `{ $start }`
file-other-format = { $kind ->
    [pdf] a PDF
    [word] a Word document
    [old-word] an old Word document
    [picture] a picture
    [web-page] a web page
    [workbook-with-password] a workbook with a password
    [other-zip] a zip archive that is not an .xlsx workbook (archives of an export are unpacked in the inbox)
    [mxl] a spreadsheet document of 1C (mxl)
    [other-archive] an archive of a kind that is not unpacked
    [xml-workbook] a workbook saved as XML
   *[other] { $kind }
} cannot be read: save it as CSV or XML and drop that file
file-not-commerceml = line { $line }: the file is XML but not CommerceML: its root is `{ $root }`
file-truncated = line { $line }: the file ends too early: { $why }
file-broken = line { $line }: the file is broken: { $why }
file-dtd = line { $line }: a document type definition is not accepted in an exchange file
file-limit = line { $line }: { $why }
file-no-header = no header row was found in the first { $n } rows: name the columns (Артикул; Цена; Остаток …) or map them in the configuration
xml-entity = the entity `&{ $name };` is not defined
xml-open-elements = { $n } elements are still open
xml-no-element = there is no element in it
list-cut-row = its last row has { $found } cells where { $expected } belong, and no line end; if it is whole, add one
list-cut-character = its last character is half
list-cut-line-end = its last row has no line end, and `csv.needs_line_end` is set
list-cut-header = it ends within its header
list-cut-quote = a quotation mark is open, and the row is not whole
limit-depth = elements nest deeper than { $limit }
limit-token = one piece of the file is longer than { $mb } MB
limit-element-text = an element holds more than { $mb } MB of text
limit-parts = one { $element ->
    [document] document
   *[goods] product or offer
} has more than { $limit } elements
limit-record-text = one product or offer has more than { $mb } MB of text
limit-cells = the row has more than { $limit } cells
limit-row-text = the row is longer than { $mb } MB
limit-workbook = the workbook is larger than { $mb } MB; save the list as CSV, which may have any size
limit-workbook-unpacked = the workbook unpacks to more than { $mb } MB; save the list as CSV, which may have any size
limit-sheet-cells = the sheet has more than { $limit } cells; save the list as CSV, which may have any number
limit-sheet-rows = the sheet has more than { $limit } rows; save the list as CSV, which may have any number
workbook-damaged = the workbook is damaged
archive-damaged = the archive is damaged or cut off: { $why }
archive-unsupported = the archive is encrypted or packed in a way that obmen does not read: { $why }
archive-too-many = the archive has { $found } entries, more than { $limit }
archive-outside = the archive names a file that no folder can safely hold: `{ $name }`
archive-bomb = the archive unpacks to more than a thousand times its size, or to more than 8 GB
archive-io = cannot unpack the archive: { $why }

## Why a file could not be carried, or a list not be fetched

carry-not-composed = what is to lie in the outbox cannot be put together: { $why }
carry-spool = cannot keep what was read of the file beside the journal: { $why }
carry-unexplained = no file has said yet which { $what ->
    [price_type] price type
    [warehouse] warehouse
    [status] order status
   *[category] category
} `{ $name }` is; the file waits for one that does
carry-never-explained = no file has said which { $what ->
    [price_type] price type
    [warehouse] warehouse
    [status] order status
   *[category] category
} `{ $name }` is for { $seconds } s: is the name in the configuration right?
carry-orders-first = it holds order documents, and the shop's new orders have not been fetched before
carry-guarded = { $alarms }
carry-given-up = given up after { $n } attempts: { $why }
carry-no-status = the shop has no order status `{ $status }`, which `orders.statuses` names; `obmen statuses` lists them
carry-no-category = the shop has no category `{ $category }`, which `goods.category` names; `obmen categories` lists them
carry-no-warehouse = no row of this list is of a warehouse that `goods.warehouses` chooses
carry-strange-file = `{ $file }` lies in the outbox, and obmen has not written it; it would be overwritten: let 1C take it, or move it away

## The shop

http-no-answer = no answer in time
http-failed = the request failed
file-reader-died = its reader has died
shop-address = `{ $url }` is not the address of a shop: give it as `https://shop.example/`
shop-unreachable = the shop cannot be reached: { $why }
shop-no-answer = `{ $function }`: the shop did not answer: { $why }
shop-server = `{ $function }`: the web server answered with { $status }{ $status ->
    [413] {" "}(the request was too large: lower `shop.batch`)
    [502] {" "}(it gave up waiting for PHP: lower `shop.batch`)
    [504] {" "}(it gave up waiting for PHP: lower `shop.batch`)
    [503] {" "}(the shop is closed for maintenance or overloaded)
   *[other] {""}
}
shop-wrong-key = the shop refuses the API user or key: check `username` and `key`, and that the user is enabled
shop-ip-not-allowed = the shop does not allow this computer's address `{ $ip }`: add it to the API user's list of IP addresses
shop-some-ip-not-allowed = the shop does not allow this computer's address: add it to the API user's list of IP addresses
shop-clock = this computer's clock and the shop's differ by { $seconds } s: set the wrong one
shop-redirected = the shop redirects to `{ $to }`: put that address into the configuration
shop-not-opencart = there is no OpenCart API at this address: check `url`
shop-version-41 = this is OpenCart 4.1, which has no API login and refuses modules under `api/`: install the module that `obmen module` writes
shop-no-own-module = the shop does not have obmen's module, and `shop.module` allows no other: install the module that `obmen module` writes
shop-no-function = the shop has no function `{ $function }`: install the API module (or a newer one)
shop-function-broken = `{ $function }` does not work in this shop's version of the module: { $why }
shop-other-contract = it speaks another version of the contract: install the module that `obmen module` writes
shop-said = `{ $function }`: the shop says: { $why }
shop-refused = `{ $function }`: the shop refuses the call: { $why }
shop-noise = `{ $function }`: the shop printed `{ $noise }` before its answer, so the answer cannot be trusted
shop-unintelligible = `{ $function }`: the answer is not what the module sends; it starts with `{ $start }`
shop-session-lost = `{ $function }`: the shop's session was lost and could not be renewed

## Folders and the journal

folder-failed = cannot { $action ->
    [make-folder] make the folder
    [list-folder] list the folder
    [move] move
    [write] write
    [publish] publish
    [remove] remove
    [look-at] look at
    [read] read
    [open] open
    [find] find
    [find-mark] find the mark of this outbox (is the share mounted? if it was emptied by hand, make an empty file)
   *[other] { $action }
} `{ $path }`: { $why }
lock-taken = another obmen (process { $owner }) is already at work here; stop it first, or wait until it is done
lock-failed = cannot lock `{ $path }`: { $why }
journal-not-opened = the journal `{ $path }` cannot be opened: { $why }
journal-no-folder = the folder of the journal `{ $path }` cannot be made: { $why }
journal-not-copied = the journal's copy `{ $path }` cannot be made: { $why }
journal-on-network = the journal `{ $path }` lies on a network share, where it would be damaged: put it on a local disk
journal-damaged = the journal `{ $path }` is damaged ({ $why }): put its backup in its place, see the README
journal-too-new = the journal was written by a newer version of obmen (schema { $found }, this one knows { $known })
journal-failed = the journal failed: { $why }
journal-content = the journal holds `{ $value }` where { $expected } belongs

## What a person decides

decide-no-run = there is no run { $run }; `obmen history` lists the latest
decide-not-held = run { $run } is { $state }, not held
decide-not-guarded = run { $run } is not held by the guard rails, so there is nothing to approve; put right what it is held for, then try it again: `obmen retry { $run }`
decide-file-gone = the file `{ $file }` of run { $run } is not in `held` any more
decide-file-elsewhere = the file `{ $file }` of run { $run } ({ $state }) lies neither in `held` nor in `rejected` nor in `working`; to carry it again, drop it into the inbox
decide-no-exchange = run { $run } belongs to the exchange `{ $exchange }`, which is not configured
decide-no-order = order { $order } has never been seen here

## The page and the demo shop

page-open = other computers could reach the page at { $address }: set a password (`page.password_file`)
page-not-shown = the page cannot be shown at { $address }: { $why }
page-not-started = the page cannot be started: { $why }
demo-shop-listen = cannot listen on `{ $address }`
demo-shop-start = cannot start the server of the demo shop
demo-shop-file = the file of the demo shop cannot be used
demo-shop-row = the file of the demo shop holds a row that is not ours
webhook-address = the address of the receiver is no `https://…` or `http://…`
webhook-away = the receiver cannot be reached: { $why }
webhook-refused = the receiver answered with { $status }
password-too-short = the password of the page needs at least { $n } characters
password-bad-hash = the hash of the page's password is not whole: `obmen page password` prints one
password-no-random = this system has no random numbers for the hash of the page's password
