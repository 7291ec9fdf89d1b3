### What the commands print, in English. `ru` holds the same keys with the same values.

n-new-orders = { $n ->
    [one] { $n } new order
   *[other] { $n } new orders
}
order-held = order { $order } is held: { $why }
order-unreadable = an order of the shop cannot be read: { $why }
order-note = order { $order }: { $note }
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
password-prompt = The password of the page, at least ten characters:

## Notices to a person elsewhere

notice-waiting = obmen ({ $exchange }): { $n ->
    [one] one thing waits for a person
   *[other] { $n } things wait for a person
}
notice-run = • { $file } (run { $run }): { $why }
notice-order = • order { $order } cannot be written for 1C
notice-more = … and { $n } more
notice-silence = obmen ({ $exchange }): no file has come for { $h ->
    [one] { $h } hour
   *[other] { $h } hours
}; the last one came at { $at }
notice-silence-ever = obmen ({ $exchange }): no file has come for { $h ->
    [one] { $h } hour
   *[other] { $h } hours
}, none has ever come
notice-test = obmen ({ $exchange }): this is a test; notices arrive here
