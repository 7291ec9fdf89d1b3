### What the page shows, in English. `ru` holds the same keys with the same values.

## The page: around everything

nav-label = Pages
nav-home = Home
nav-drop = Hand over files
nav-runs = Runs
nav-orders = Orders
nav-products = Products
nav-mapping = Mapping
skip-to-content = Skip to the content
exchange-label = Exchange
show-button = Show
more-button = Show more
logout-button = Log out
login-title = Log in
login-password = Password
login-button = Log in
login-wrong = This is not the password.
login-too-often = Too many wrong passwords. Wait { $n ->
    [one] { $n } second
   *[other] { $n } seconds
} and try again.
not-found-title = Not found
not-found-text = There is nothing here: it was never there, or has been forgotten since.
failed-title = That did not work
back-home = Back to the first page
lost-away = obmen does not answer. What is shown here is what was so before; it goes on by itself.
lost-out = You are logged out: load the page again to log in.

## The page: home

verdict-good = All is well. Nothing waits for you.
verdict-waiting = { $n ->
    [one] One thing waits for you.
   *[other] { $n } things wait for you.
}
verdict-retrying = { $n ->
    [one] One file will be tried again by itself.
   *[other] { $n } files will be tried again by themselves.
}
verdict-shop-away = The shop cannot be used at the moment; files wait and go on by themselves.
verdict-trouble = The exchange is kept from its work:
home-waiting = Waits for you
home-last-file = The last file
home-exchange = The exchange
home-no-file = No file has been carried yet. Drop one above, or into the inbox.
home-days = The last { $n } days
hint-held = The file is fine, but would do something unusual. Look into it: approve it, reject it, or try it again when the cause is gone.
hint-held-by-cause = Put right what is named here, then try it again. Its changes are judged only then; nothing of it is lost meanwhile.
hint-rejected = The file itself is at fault: export it again. If the cause was elsewhere, try it again.
hint-retry = Nothing to do: it is tried again by itself, at longer and longer intervals.
hint-order-held = Mend the order in the shop's admin; it is looked at again at each asking.
approve-button = Approve
reject-button = Reject
retry-button = Try again
look-button = What would it do?
retry-now-button = Try now
return-button = Take it up again
show-faulty = Rows to look at
download-faulty = Download them as CSV
fact-shop = Shop
fact-asking = being asked
ask-shop-button = Ask now
fact-last-order = Last order for 1C
fact-next-ask = Next asking for orders
fact-by-hand = only by hand
fact-queue = Queue
fact-last-pass = Last look into the inbox
fact-none = none yet
queue-files = { $n ->
    [one] { $n } file in the inbox
   *[other] { $n } files in the inbox
}
queue-pending = { $n ->
    [one] { $n } value waits for its goods file
   *[other] { $n } values wait for their goods file
}
queue-orders = { $n ->
    [one] { $n } order for 1C to take
   *[other] { $n } orders for 1C to take
}
order-number = Order { $order }
chart-applied = Rows applied
chart-faulty = Rows to look at
chart-orders = New orders
chart-numbers = The same in numbers
col-day = Day

## The page: states

state-done = carried
state-done-look = carried, rows to look at
state-open = being carried
state-retry = will be tried again
state-held = waits for you
state-rejected = rejected
order-seen = new
order-state-held = held
order-publishing = being written
order-written = in the outbox
order-taken = taken by 1C
order-confirmed = confirmed by 1C
field-price = price
field-quantity = stock
field-product = product
field-name = name
field-status = status
field-details = details
field-category = category
field-group-prices = group prices
field-variant = variant
size-bytes = { $n } B
size-kb = KB
size-mb = MB

## The page: files handed over

zone-title = Hand over files
zone-text = Drop files or a folder here: exports of 1C, price lists, workbooks, archives. They are looked at first; nothing is sent before you say so.
zone-noscript = This needs JavaScript. Without it, put files into the inbox folder.
choose-files = Choose files
choose-folder = Choose a folder
upload-progress = Handing over
upload-failed = the connection was lost
upload-refused = an inbox does not take a file of this name
upload-too-large = the file is larger than the page accepts; put it into the inbox folder
groups-title = Handed over
groups-none = Nothing has been handed over since the program was started.
refused-title = Not taken:
stage-uploading = arriving
stage-checking = being looked at
stage-checked = ready to apply
stage-checked-look = look before you apply
stage-failed = could not be looked at
stage-applying = being applied
stage-applied = applied
check-title = What would happen
checking-text = The files are read and compared with the shop. This page goes on by itself.
apply-button = Apply
discard-button = Discard
check-again-button = Look again
file-cannot = This file cannot be carried.
would-be-held = It would be held:
largest-moves = Largest moves of a price
kind-to-send = to send
changes-title = What would change
changes-cut = { $n } rows would change; the first { $shown } are listed.
col-before = Before
col-after = After
waits-for-pass = waits for the next pass
drop-more = Hand over more
rows-so-far = { $n ->
    [one] { $n } row so far
   *[other] { $n } rows so far
}
run-progress = Rows carried

## The page: runs

runs-search = File, article or order number
runs-none = Nothing found.
rows-none = No rows.
filter-all = All
filter-done = carried
filter-held = waits for you
filter-rejected = rejected
filter-retry = will be tried again
filter-open = being carried
col-run = Run
col-begun = Begun
col-file = File
col-state = State
col-rows = Rows, or why not
col-line = Line
col-key = Article or order
col-field = What
col-outcome = Outcome
col-detail = Detail
col-function = Call
col-entries = Entries
run-title = Run { $run }
run-ended = Ended
run-attempts = { $n ->
    [one] { $n } attempt
   *[other] { $n } attempts
}
run-approved = approved by a person
run-rows = Rows
run-filter = Rows by outcome
run-calls = Calls of the shop
calls-none = The shop was not called.
call-intended = on its way
call-confirmed = confirmed
call-failed = failed
call-unclear = unclear
call-settled = looked into

## The page: orders and products

orders-search = Order number
orders-none = No orders.
ask-orders-button = Ask the shop for orders now
again-button = Write again
col-order = Order
col-seen = Seen
col-written = Written
col-taken = Taken
col-confirmed = Confirmed
col-action = Action
products-search = Article (its beginning) or Ид of 1C
products-none = No product found. The list is that of the shop's articles; it is fetched with the first file.
products-hint = “?” stands for a value that the shop has not confirmed yet: it is sent with the next file that states it.
col-article = Article
col-name = Name
col-since = Confirmed
col-item = Ид in 1C

## The page: mapping

mapping-no-file = There is nothing to choose here: this program runs without a configuration file.
mapping-asking = The shop is asked for its statuses and categories.
mapping-intro = What is chosen here is written into { $file } and counts from the next file on, without a restart. Files that wait can be tried again then.
mapping-ask = Ask the shop for its lists again
mapping-saved = Saved. It counts from now on.
mapping-nothing = Nothing has changed.
mapping-changed = The configuration file has been changed since this page was shown. Nothing was saved: look again and choose anew.
mapping-bad-text = A name is too long, or holds characters that cannot be printed.
mapping-save = Save
mapping-missing = { $name } (not in the list)
mapping-new-title = New orders
mapping-new-hint = Orders in these statuses are written for 1C.
mapping-map-title = What 1C says of an order
mapping-map-hint = The status that the order gets in the shop. Words of 1C appear here once a file has named them.
map-accepted = accepted (posted in 1C)
map-paid = paid
map-shipped = shipped
map-cancelled = cancelled
map-none = no change
map-same = the status of the same name
col-in-1c = In 1C
col-in-shop = In the shop
mapping-word = another word of 1C
mapping-word-to = Status for it
mapping-goods-title = Goods
mapping-category = Category for new goods
mapping-category-none = none: new goods are reported, not added
mapping-tree = The groups of 1C become categories of the shop (with obmen’s own module)
mapping-price = Price type that goes to the shop
mapping-price-none = none: the only one of a file
mapping-warehouses = Warehouses
mapping-warehouses-hint = Only the stock of these counts; none ticked: all.
mapping-none-seen = No file has named any yet: they appear here once one has.
page-other-name = this page is not called so; `page.names` lists further names
page-forged = this request did not come from the page itself; reload it and try again
page-log-in-first = log in first
