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
