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
rejected-without-file = run { $run } is rejected; its file is not in `held` any more
heartbeat-fine = { $at }: obmen is at work.
heartbeat-trouble = { $at }: obmen is at work, but something keeps it: { $why }
page-at = the page: { $url }
no-page = there is no page: { $why }
password-prompt = The password of the page, at least ten characters:
n-rows = { $n ->
    [one] { $n } row
   *[other] { $n } rows
}
no-new-orders = no new orders ({ $n } in the asked statuses)
order-not-asked = order { $order } is in none of the statuses that `orders.statuses` asks for
not-carried = `{ $file }` is not carried: { $why }
plan-would-send = { $file }: would send { $n ->
    [one] { $n } change
   *[other] { $n } changes
} in { $calls ->
    [one] { $calls } call
   *[other] { $calls } calls
}; { $rows }
plan-largest-moves = largest moves of a price:
plan-would-be-held = { $file }: would be HELD: { $why }
history-run = run
history-begun = begun
history-exchange = exchange
history-state = state
history-file = file
history-rows = rows, or why not
article-forgotten = the article `{ $sku }` does not belong to `{ $item }` any more
no-item = an empty Ид
no-article-of-item = no article is known of the Ид `{ $item }`
no-exchange = there is no exchange `{ $name }`; the configuration has { $known }
several-exchanges = the configuration has several exchanges; name one by `--exchange`
service-has-it = while the service runs, drop files into its inbox instead
because = { $message }: { $why }
module-written = wrote `{ $path }`, version { $version }: copy it to `{ $place }` in the shop's folder, over an older one if there is one
module-package = wrote `{ $path }`: the same for the installer of OpenCart 3.0, or of 2.3 with FTP (Extensions → Installer)
module-then-check = then run `obmen check`
read-fault = FAULT { $why }
read-note = NOTE { $why }
read-changes-only = , changes only
read-full = , full
read-summary = { $format }, { $encoding }{ $extent }: { $groups } groups, { $products } products, { $offers } offers, { $prices } prices, { $stocks } stocks, { $documents } documents, { $faults } faults

## obmen check

check-mark-good = ok
check-mark-limited = note
check-mark-bad = BAD
check-configuration = configuration
check-journal = journal
check-inbox = inbox of `{ $exchange }`
check-outbox = outbox of `{ $exchange }`
check-no-right = { $why }: give the account that runs obmen the right to change it
check-shop = shop of `{ $exchange }`
check-shop-fails = { $url }: { $why }
check-shop-fine = { $url }: logged in; it speaks like OpenCart { $version }
check-module = module
check-module-newest = obmen's own, version { $version }
check-module-older = obmen's own, version { $version }; this program brings { $newest }: copy the file that `obmen module` writes over the shop's
check-module-newer = obmen's own, version { $version }; newer than that of this program, { $newest }
check-module-upstream = the upstream one, slow and silent about what it did; `obmen module` writes obmen's own, version { $newest }, which is one file to copy into the shop
check-call = call `{ $function }`
check-function = function `{ $function }`
check-answers = answers
check-n-statuses = { $n } statuses
check-n-categories = { $n } categories
check-n-articles = { $n } articles
check-n-products = { $n } enabled products with an article
check-n-names = { $n } names
check-no-status-change = answers, but the upstream module for 4.0 cannot change the status of an order: files with statuses will be held
check-no-names = { $why }; names are not exchanged without it
check-status = order status
check-category = category
check-none-called = the shop has none that is called `{ $name }`; `obmen statuses` and `obmen categories` list them
check-notice = notice
check-no-notice = `notice.webhook` is not set: nobody is told when something waits
check-notice-taken = the receiver has taken a test notice
check-group = customer group for `{ $name }`
check-no-group = the shop has no group { $group }; it has { $known }
check-new-goods = new goods
check-no-category = `goods.category` is not set: new goods are reported, but not added

## obmen init

init-exists = `{ $path }` exists already; `--force` replaces it
init-shop-answered = the shop answered: its statuses and categories stand in the file
init-without-lists = { $why }; the file is written without the shop's lists
init-written = wrote `{ $path }`; fill it in, then run `obmen check`
init-no-key = put the API key here
init-statuses = The shop's statuses:
init-categories = The shop's categories:

## obmen demo and obmen shop

demo-shop = 1. The shop: { $url } with { $products } products and { $orders } orders (API user `{ $username }`).
demo-from-shop = 2. From the shop into the outbox:
demo-no-orders = no new orders: each is written once
demo-samples = 3. { $n } sample files dropped into { $folder }, and carried:
demo-unchanged = 4. The shop has not changed: it had everything so already, and nothing was sent.
demo-changes = 4. What changed in the shop ({ $n ->
    [one] { $n } thing
   *[other] { $n } things
}):
demo-product = price { $price }, stock { $stock }
demo-order = order { $order }
demo-status = status { $status }
demo-new = (new)
demo-done = Done. Without `--once` the demo goes on, and you can drop files of your own into the inbox.
demo-watching = Watching `{ $folder }`: drop files there, receipts appear in `done`. End with Ctrl-C.
demo-shop-only-here = the embedded shop is for trying things out and listens on this computer only: use 127.0.0.1
demo-shop-not-started = cannot start the embedded shop
demo-shop-at = shop at { $url } (API user `{ $username }`, key `{ $key }`); end with Ctrl-C

## The configuration

neither-command-nor-file = `{ $word }` is neither a command nor a file; the commands: `obmen help`
config-unreadable = cannot read the configuration `{ $path }` (`obmen init` writes one; `obmen demo` needs none)
config-in = in the configuration `{ $path }`
config-no-shop = the section `[shop]` with the shop's `url` is missing
config-mixed = with `[[exchange]]`, every section belongs into an exchange, as in `[exchange.shop]`
config-same-name = two exchanges are called `{ $name }`
config-same-folder = `{ $folder }` and `{ $other }` are the same folder, or one lies in the other: every inbox and outbox needs its own
config-choice = `{ $option }` is `{ $value }`; it can be one of { $known }
config-at-least-one = `{ $option }` must be at least 1
config-language-code = `shop.language` is `{ $value }`; it is a code like `ru-ru`
config-file-unreadable = cannot read `{ $option }` `{ $path }`
config-file-empty = `{ $option }`: the file `{ $path }` is empty
config-no-key = `shop.key` is missing (or `key_file`, or the environment variable OBMEN_SHOP_KEY): it is the key of the API user (System → Users → API in the shop's admin)
config-marker = `folders.marker` is `{ $value }`; it is the name of a file, such as "{"{"}name{"}"}.done", "{"{"}stem{"}"}.ok" or "ready"
config-column = `{ $name }` is not a column; columns are { $known }
config-word = `csv.words` says `{ $word }` is { $value }; it can be a number like 1 or "0.5"
config-no-name = `{ $value }` is neither a name nor an id
config-shift = `orders.shift_h` is { $value }; it can be from -{ $most } to { $most }
config-orders-file = `orders.file` is `{ $value }`; it is a file name like `orders.xml` or `orders-{"{"}time{"}"}-{"{"}last{"}"}.xml`, and none of those of the lists
config-no-exchange = the configuration has no exchange `{ $name }`
config-not-changed = the file is written in a way that cannot be changed here; set it by hand: { $choice }
config-no-tables = only exchanges that are written as `[[exchange]]` can be changed here
config-no-section = `{ $name }` is no section
config-group-price = `{ $option }` gives a price type the number of a customer group: `"Оптовая" = 2`
config-group-twice = `{ $option }` names two price types for customer group { $group }
config-vat = `orders.vat` is `{ $value }`; it is a rate in percent like `20`
config-no-list-column = `lists.columns` names no column
config-listen = `page.listen` is `{ $value }`; it is an address and port like `{ $example }`, or empty for no page
config-listen-open = `page.listen` is `{ $value }`, which other computers can reach: set a password, as the hash `page.password`, in the file `page.password_file` or in the environment variable { $variable }
config-password-no-hash = `page.password` is no hash: `obmen page password` makes one of your password; the password itself may stand in the file `page.password_file` names
password-unreadable = cannot read the password
password-is-hash = this is a hash already; it can stand in the configuration as it is

## Arguments

usage-unknown-argument = unknown argument `{ $argument }`
usage-unknown-command = unknown command `{ $command }`
usage-missing-argument = an argument is missing: { $argument }
usage-no-value = `{ $argument }` needs a value
usage-bad-value = `{ $value }` does not fit `{ $argument }`
usage-twice = `{ $argument }` is given twice, or does not go with the others
usage-see-help = Help: `obmen --help`
help-about = Carries stock, prices, goods and orders between 1C and OpenCart shops through folders
help-after =
    Without a command: `obmen FILE…` carries these files, `obmen` alone runs the service.
    Exit codes: 0 all applied, 1 something was rejected, held or left for a person,
    2 usage or configuration, 3 the shop could not be reached or refuses us.
help-usage = Usage:
help-usage-options = [OPTIONS]
help-usage-command = COMMAND
help-commands = Commands
help-arguments = Arguments
help-options = Options
help-default = [default: { $value }]
help-possible = [possible values: { $value }]
help-option-help = Print help
help-option-version = Print version
help-command-help = Print this message or the help of the given command
help-files = Files to carry now, left where they are
help-option-config = The configuration
help-option-format = How facts are printed
help-option-exchange = Only this exchange, where the configuration has several
help-option-language = What the command speaks; without it, the language of the configuration, else that of the system
help-run = Watches the inbox and asks for orders on its schedule, until Ctrl-C
help-run-once = One pass, then exit: for a scheduler
help-send = Carries these files now, leaving them where they are
help-send-files = Files to carry
help-send-force = Send what guard rails or newer files forbid, too
help-plan = Shows what would be sent and why, sending nothing
help-plan-files = Files to look at
help-plan-offline = Compare with the journal alone, without asking the shop
help-only-counts = Only the counts
help-read = Shows what files state; needs no configuration and no network
help-read-files = Files to read
help-orders = Fetches new orders into the outbox now
help-orders-again = Write this order once more, whatever became of it before
help-products = Fetches the product list into the outbox now
help-statuses = Fetches the order statuses into the outbox now
help-categories = Fetches the categories into the outbox now
help-page = The page of the running service
help-page-password = Reads a password from standard input, and prints the line for the configuration
help-check-notice = Send a test notice to where notices go, too
help-check = Looks whether everything is in order, and says what to do where it is not
help-history = Lists the latest runs
help-history-limit = How many, the latest first
help-show = Shows one run and its rows to look at (every row with `--format json`)
help-run-number = Its number, as `history` lists it
help-retry = Takes the file of a held, rejected or waiting run up again; it keeps its age
help-approve = Lets a held run do what the guard rails stopped it from
help-reject = Moves the file of a held run to `rejected`
help-forget = Takes the article from a product that 1C does not have any more
help-forget-item = Its Ид in 1C, as a receipt names it
help-init = Writes a configuration with every option explained
help-init-url = The shop's address: asks it for its statuses and categories
help-init-username = The API user
help-init-key = The API key; better given by the environment variable `OBMEN_SHOP_KEY`
help-init-force = Replace an existing file
help-module = Writes the module for the shop: one PHP file, and a package for the installer of OpenCart 3.0
help-module-dir = Where to
help-shop = Runs the embedded shop alone
help-shop-listen = Address and port
help-shop-dialect = The version whose answers it gives
help-shop-state = Keep the shop's state in this file
help-shop-username = The API user that it lets in
help-shop-key = The key of that user
help-demo = Shows one whole cycle with the embedded shop and the samples, then keeps running
help-demo-once = End after the cycle
help-demo-dir = Where `inbox` and `outbox` are
value-file = FILE
value-dir = DIR
value-name = NAME
value-number = N
value-run = RUN
value-item = ITEM
value-url = URL
value-key = KEY
value-address = ADDRESS
value-version = VERSION
value-format = FORMAT
value-language = LANGUAGE

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
