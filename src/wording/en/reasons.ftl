### What became of a row, a file or an order, and why, in English. `ru` holds the same keys with the same values.

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

## Rows: what the shop says of them

why-no-article = the shop has no product with this article
why-no-order = the shop has no such order
why-ambiguous = several products of the shop have this article
why-taken-for-this = the shop has a product already that it takes for this one
why-module-says = the shop's module says: { $why }
why-not-listed = the shop said yes, but does not list it
why-not-sent = not sent yet

## Rows: what other rows and files say

why-earlier-attempt = by an earlier attempt
why-later-row = a later row says otherwise
why-newer-file = a newer file has spoken of it; `obmen send --force` sends it all the same
why-may-come = the shop does not have it; it is kept, since a file that waits may add it
why-repeated = the list states this article several times, first in line { $line }
why-waits-for-goods = no goods file has named the article of this Ид yet; it is kept until one does
why-newer-waits = what a newer file has said waits for the goods file that names its article

## Rows: who is who

why-row-no-article = the row has no article
why-no-article-in-1c = 1C gives it no article (Артикул), so it cannot be matched
why-variant-article = the variant has only its product's article: give it its own in 1C, or set `goods.variant_article`
why-changed = 1C has changed its article from `{ $old }` to `{ $new }`, but the shop still has `{ $old }`: rename it there, too
why-rival = the shop cannot tell its article from that of another product in 1C (Ид { $item }): give each its own, or `obmen forget { $item }` if that one is gone
why-row-no-name = the row has no name, and goods are found by their names (`goods.match`)
why-no-name = no product, or more than one, has this name in the shop
why-deleted-decide = marked as deleted in 1C: decide what becomes of it in the shop
why-deleted-left = marked as deleted in 1C; the shop's product is left as it is

## Rows: what they state

why-no-warehouse = it states its stock without saying in which warehouse, and `goods.warehouses` chooses some
why-other-price-type = it has no price of the type that `goods.price_type` chooses
why-which-price = the file has prices of several types ({ $types }), and none was sent: choose one by `goods.price_type` in the configuration
why-name-too-long = its name is longer than { $limit } characters; the shop would cut it off
why-variant-unnamed = the variant has no characteristics and nothing in brackets behind its name, so nobody could choose it
why-variant-too-long = the name of its characteristics, or their values, are longer than the shop's 128 characters
why-variant-orphan = no goods file has named the article of the product that this is a variant of
why-name-unprintable = its name holds a character that cannot be read or printed
why-left-out = the shop's module does not take all of it (`obmen module` writes one that does), so this is left out: { $list }
detail-of = { $detail ->
    [description] description
    [images] images
    [attributes] attributes
    [manufacturer] manufacturer
    [weight] weight
    [categories] categories
    [variants] variants
    [group_prices] prices of customer groups
   *[other] { $detail }
} of { $n ->
    [one] { $n } product
   *[other] { $n } products
}
why-pictures-missing = { $n ->
    [one] { $n } picture is not there yet, `{ $picture }`; it is looked for at every pass
   *[other] { $n } pictures are not there yet, among them `{ $picture }`; they are looked for at every pass
}
why-picture-refused = the picture `{ $picture }` is left out: { $why }
why-pictures-later = pictures could not be shown yet and are tried at the next passes: { $why }
why-picture-413 = the web server in front of the shop takes no request of that size ({ $size } bytes grow by a third on their way): allow it more, in nginx by `client_max_body_size`
why-picture-too-large = it is larger than { $limit } bytes

## Documents and orders

why-other-operation = the operation is `{ $operation }`, not an order of goods
why-no-order-number = the document has no order number of the shop; it was made in 1C
why-no-state = the document says nothing of the order's state
why-state-not-mapped = the order is { $state } in 1C, which `[orders.map]` gives no status for
why-status-unknown = the status `{ $status }` is neither mapped in the configuration nor a status of the shop
why-status-not-in-shop = `{ $from }` is mapped to `{ $to }`, which is not a status of the shop
order-no-lines = it has no goods with a quantity
order-no-buyer = it names no buyer: no company, name, e-mail or phone
order-currency = its currency `{ $currency }` is not a three-letter code
order-number-too-long = its number `{ $number }` is longer than { $limit } characters
order-unnamed-line = line { $line } has no name
order-negative-quantity = line { $line } has a quantity below zero
order-too-large = its amounts are larger than a document can hold
order-faults = { $list }
order-not-again = it has changed in the shop and cannot be written again: { $list }
note-inn-left-out = its ИНН is left out: it has not 10 or 12 digits
note-kpp-left-out = its КПП is left out: it has not 9 digits or no ИНН of 10 beside it
bad-order = order { $order }: `{ $field }` is `{ $value }`
bad-order-unnumbered = order without a number: `{ $field }` is `{ $value }`

## Guard rails, and what a person decided

alarm-zeroed = it would set { $n } of { $of } products in stock to zero, more than { $allowed } %
alarm-moved = it would move { $n } of { $of } prices by more than { $percent } %, more than { $allowed } % of them
alarm-shrunk = it says that it is complete, and holds { $n } { $what ->
    [goods] goods
   *[offers] offers
} where the last one held { $before }
alarm-fewer-articles = the shop lists { $n } articles, and listed { $before } before: all others would count as unknown or new
alarm-leaps = it would change { $n ->
    [one] { $n } price
   *[other] { $n } prices
} { $factor } times or more: { $examples }
why-by-person = rejected by a person
why-file-gone = its file was taken away before it was carried to its end, or is another by now

## Calls of the shop that were looked into

call-articles-read = the shop's list of articles was read again
call-may-repeat = it may be sent again
call-orders-done = { $n } of { $of } orders have their new status
