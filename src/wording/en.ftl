### What a person reads, in English. `ru.ftl` holds the same keys with the same values.

## What became of a row

kind-applied = applied
kind-unchanged = unchanged
kind-unknown = unknown
kind-rejected = rejected
kind-pending = pending
kind-superseded = superseded
kind-outdated = outdated
kind-note = note
nothing-for-the-shop = nothing for the shop

## Receipts

receipt-file = file
receipt-format = format
receipt-exchange = exchange
receipt-run = run
receipt-begun = { $run }, begun { $at }
receipt-result = result
receipt-nothing = nothing in this file concerns the shop
receipt-done = carried
receipt-done-look = carried; some rows need a look
receipt-rejected = REJECTED: { $why }
receipt-held = HELD, waits for a person: { $why }
receipt-retry = will be tried again: { $why }
receipt-open = being carried
receipt-no-reason = no reason was noted
receipt-kind-applied = applied in the shop
receipt-kind-unchanged = unchanged, the shop has it so already
receipt-kind-unknown = unknown to the shop
receipt-kind-rejected = rejected
receipt-kind-pending = pending
receipt-kind-superseded = overtaken by a later row or a newer file
receipt-kind-outdated = older than what a newer file has said
receipt-kind-note = worth a note
receipt-rows = Rows to look at:
receipt-row = line { $line }
receipt-more = … and more; the table beside this text has all of them

## What the commands print

n-new-orders = { $n ->
    [one] { $n } new order
   *[other] { $n } new orders
}
order-held = order { $order } is held: { $why }
order-unreadable = an order of the shop cannot be read: { $why }
list-written = list → { $file }
item-overdue = `{ $item }` still waits for a goods file that names its article
not-done = not done: { $why }
fate-carried = carried
fate-rejected = REJECTED
fate-held = HELD
fate-retry = will be tried again
in-run = run { $run }
watching-folder = watching `{ $folder }`; end with Ctrl-C
left-for-next-pass = { $file }: left for the next pass: it is still changing, its end is not there yet, or it waits for its turn
no-runs-yet = no file has been carried yet
back-in-inbox = `{ $file }` will be carried with the next pass
rejected-by-you = run { $run } is rejected; its file is `{ $file }`
heartbeat-fine = { $at }: obmen is at work.
heartbeat-trouble = { $at }: obmen is at work, but something keeps it: { $why }
page-at = the page: { $url }
no-page = there is no page: { $why }

## The page: around everything

nav-label = Pages
nav-home = Home
nav-drop = Hand over files
nav-runs = Runs
nav-orders = Orders
nav-products = Products
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
verdict-shop-away = The shop does not let us in; files wait and go on by themselves.
verdict-trouble = The exchange is kept from its work:
home-waiting = Waits for you
home-last-file = The last file
home-exchange = The exchange
home-no-file = No file has been carried yet. Drop one above, or into the inbox.
home-days = The last { $n } days
hint-held = The file is fine, but would do something unusual. Look at its rows: approve it, reject it, or try it again when the cause is gone.
hint-rejected = The file itself is at fault: export it again. If the cause was elsewhere, put it back into the inbox.
hint-retry = Nothing to do: it is tried again by itself, at longer and longer intervals.
hint-order-held = Mend the order in the shop's admin; it is looked at again at each asking.
approve-button = Approve
reject-button = Reject
retry-button = Try again
retry-now-button = Try now
return-button = Back to the inbox
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
size-bytes = { $n } B
size-kb = KB
size-mb = MB
why-no-article = The shop has no product with this article.
why-no-order = The shop has no such order.
why-ambiguous = Several products of the shop have this article.
why-later-row = A later row says otherwise.
why-newer-file = A newer file has spoken of it already.
why-earlier-attempt = by an earlier attempt
why-may-come = The shop does not have it; it is kept, since a file that waits may add it.
why-not-listed = The shop said yes, but does not list it.
why-not-sent = not sent yet
why-by-person = rejected by a person
why-empty = The file is empty.
why-key = The shop refuses the API user or key.

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
