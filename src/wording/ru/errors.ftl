### Что не так с файлом, строкой, магазином, папкой или журналом, по-русски. В `en` те же ключи с теми же значениями.

## Значения

sku-empty = артикул пуст
sku-too-long = артикул `{ $sku }` длиннее { $limit } символов, магазин его обрежет
sku-unprintable = в артикуле `{ $sku }` есть символ, который нельзя прочитать или напечатать
number-empty = числа нет
number-not-one = `{ $text }` — не число
number-too-long = число `{ $text }` слишком большое или слишком длинное
money-negative = сумма `{ $amount }` меньше нуля
money-too-large = сумма `{ $amount }` больше, чем вмещает магазин
quantity-too-large = количество `{ $quantity }` больше, чем вмещает магазин

## Строки файла

row-at = строка { $line }: { $fault }
row-price = цена: { $why }
row-quantity = количество: { $why }
row-empty-element = элемент `{ $element }` пуст
row-no-key = { $element ->
    [row] в строке
   *[other] у элемента { $element }
} нет ни Ид, ни артикула: сопоставить не с чем
row-long-id = Ид `{ $id }` длиннее { $limit } символов
row-order-number = `{ $number }` — не номер заказа магазина
row-no-status = в строке заказа нет статуса
row-price-twice = у предложения две цены вида `{ $type }`; взята последняя
row-encoding = байты не в кодировке { $encoding } заменены
row-commerceml1-part = элемент `{ $element }` из CommerceML 1 (1С 7.7) не разбирается и пропущен, здесь и ниже; выгружайте из 1С CommerceML 2
row-word = `{ $word }` в колонке `{ $column }` — не число; пропущена только эта ячейка
row-no-line-end = последняя строка без перевода строки; если файл обрезан, последнее значение в ней неполное
row-open-quote = кавычка не закрыта; строка прочитана как простой текст
row-cell-count = ячеек в строке { $found }, а должно быть { $expected }: нет ли в одной из них разделителя или перевода строки?
row-stock-column = остаток взят из колонки `{ $read }`, а не из `{ $others }`; выбрать другую: `[csv.columns]`
row-which-stock = в какой из колонок `{ $columns }` остаток? Не взята ни одна: назовите её в `[csv.columns]`
row-sold-not-stock = колонка `{ $column }` отчёта о продажах не взята за остаток; если это он, назовите её в `[csv.columns]`
row-numbers-unread = в колонках `{ $columns }` числа, но они не читаются; если это цены или остатки, назовите их в `[csv.columns]`
row-without-stock = в { $n ->
    [one] { $n } строке
   *[other] { $n } строках
} остаток пуст, в магазине он не меняется; `"" = 0` в `[csv.words]` делает пустое нулём

## Файлы

file-unreadable = не удалось прочитать файл: { $why }
file-changed-meanwhile = он изменился во время загрузки: его ещё дописывали
file-empty = файл пуст
file-unknown-format = это не CommerceML, не CSV и не Excel: файл начинается с `{ $start }`
file-other-format = { $kind ->
    [pdf] PDF
    [word] документ Word
    [old-word] документ старого Word
    [picture] картинка
    [web-page] веб-страница
    [workbook-with-password] книга с паролем
    [other-zip] архив zip, но не книга .xlsx (архив с выгрузкой распаковывается во входящих)
    [mxl] табличный документ 1С (mxl)
    [other-archive] архив, который не распаковывается
    [xml-workbook] книга, сохранённая как XML
   *[other] { $kind }
}: такой файл не читается; сохраните его как CSV или XML и положите снова
file-not-commerceml = строка { $line }: файл XML, но не CommerceML: корневой элемент `{ $root }`
file-truncated = строка { $line }: файл обрывается: { $why }
file-broken = строка { $line }: файл повреждён: { $why }
file-dtd = строка { $line }: объявление DTD в файле обмена не допускается
file-limit = строка { $line }: { $why }
file-no-header = в первых строках ({ $n }) не найден заголовок: назовите колонки (Артикул; Цена; Остаток …) или сопоставьте их в настройках
xml-entity = сущность `&{ $name };` не определена
xml-open-elements = не закрыто элементов: { $n }
xml-no-element = в нём нет ни одного элемента
list-cut-row = в последней строке ячеек { $found }, а должно быть { $expected }, и нет перевода строки; если файл целый, добавьте его
list-cut-character = последний символ неполный
list-cut-line-end = последняя строка без перевода строки, а `csv.needs_line_end` включён
list-cut-header = он кончается внутри заголовка
list-cut-quote = кавычка не закрыта, и строка не целая
limit-depth = вложенность элементов больше { $limit }
limit-token = один кусок файла длиннее { $mb } МБ
limit-element-text = текст в элементе длиннее { $mb } МБ
limit-parts = в { $element ->
    [document] документе
   *[goods] товаре или предложении
} элементов больше { $limit }
limit-record-text = текст товара или предложения длиннее { $mb } МБ
limit-cells = ячеек в строке больше { $limit }
limit-row-text = строка длиннее { $mb } МБ
limit-workbook = книга больше { $mb } МБ; сохраните список как CSV, его размер не ограничен
limit-workbook-unpacked = книга после распаковки больше { $mb } МБ; сохраните список как CSV, его размер не ограничен
limit-sheet-cells = ячеек на листе больше { $limit }; сохраните список как CSV, их число в нём не ограничено
limit-sheet-rows = строк на листе больше { $limit }; сохраните список как CSV, число строк в нём не ограничено
workbook-damaged = книга повреждена
archive-damaged = архив повреждён или обрезан: { $why }
archive-unsupported = архив зашифрован или сжат способом, который obmen не читает: { $why }
archive-too-many = файлов в архиве { $found }, больше { $limit }
archive-outside = в архиве имя файла, которое нельзя безопасно записать в папку: `{ $name }`
archive-bomb = архив распаковывается более чем в тысячу раз или больше 8 ГБ
archive-io = не удалось распаковать архив: { $why }

## Почему файл не загружен или список не получен

carry-not-composed = не удалось составить файл исходящих: { $why }
carry-spool = рядом с журналом не удалось сохранить прочитанное из файла: { $why }
carry-unexplained = ни в одном файле ещё не сказано, { $what ->
    [price_type] какой это вид цены
    [warehouse] какой это склад
    [status] какой это статус заказа
   *[category] какая это группа
} — `{ $name }`; файл ждёт такого
carry-never-explained = уже { $seconds } с ни в одном файле не сказано, { $what ->
    [price_type] какой это вид цены
    [warehouse] какой это склад
    [status] какой это статус заказа
   *[category] какая это группа
} — `{ $name }`: верно ли имя в настройках?
carry-orders-first = в нём документы заказов, а новые заказы магазина ещё не получены
carry-guarded = { $alarms }
carry-given-up = после { $n ->
    [one] { $n } попытки
   *[other] { $n } попыток
} оставлено: { $why }
carry-no-status = в магазине нет статуса заказа `{ $status }`, названного в `orders.statuses`; список даёт `obmen statuses`
carry-no-category = в магазине нет категории `{ $category }`, названной в `goods.category`; список даёт `obmen categories`
carry-no-warehouse = в этом списке нет ни одной строки по складам из `goods.warehouses`
carry-strange-file = в исходящих лежит `{ $file }`, записанный не obmen; он был бы затёрт: пусть его заберёт 1С или уберите его

## Магазин

http-no-answer = нет ответа за отведённое время
http-failed = запрос не удался
file-reader-died = чтение прервалось
shop-address = `{ $url }` — не адрес магазина: задайте его в виде `https://shop.example/`
shop-unreachable = магазин недоступен: { $why }
shop-no-answer = `{ $function }`: магазин не ответил: { $why }
shop-server = `{ $function }`: веб-сервер ответил { $status }{ $status ->
    [413] {" "}(запрос слишком большой: уменьшите `shop.batch`)
    [502] {" "}(он не дождался PHP: уменьшите `shop.batch`)
    [504] {" "}(он не дождался PHP: уменьшите `shop.batch`)
    [503] {" "}(магазин на обслуживании или перегружен)
   *[other] {""}
}
shop-wrong-key = магазин не принимает пользователя API или ключ: проверьте `username` и `key` и включён ли пользователь
shop-ip-not-allowed = магазин не пускает адрес этого компьютера `{ $ip }`: добавьте его в список IP-адресов пользователя API
shop-some-ip-not-allowed = магазин не пускает адрес этого компьютера: добавьте его в список IP-адресов пользователя API
shop-clock = часы этого компьютера и магазина расходятся на { $seconds } с: поправьте те, что врут
shop-redirected = магазин перенаправляет на `{ $to }`: укажите этот адрес в настройках
shop-not-opencart = по этому адресу нет API OpenCart: проверьте `url`
shop-version-41 = это OpenCart 4.1: в нём нет входа в API, а модули под `api/` он не пускает; установите модуль, который запишет `obmen module`
shop-no-own-module = в магазине нет модуля obmen, а другого `shop.module` не разрешает: установите модуль, который запишет `obmen module`
shop-no-function = в магазине нет функции `{ $function }`: установите модуль API (или новее)
shop-function-broken = `{ $function }` не работает в модуле этого магазина: { $why }
shop-other-contract = у него другая версия протокола: установите модуль, который запишет `obmen module`
shop-said = `{ $function }`: ответ магазина: { $why }
shop-refused = `{ $function }`: магазин отказал: { $why }
shop-noise = `{ $function }`: перед ответом магазин напечатал `{ $noise }`, такому ответу верить нельзя
shop-unintelligible = `{ $function }`: модуль так не отвечает; ответ начинается с `{ $start }`
shop-session-lost = `{ $function }`: сессия магазина потеряна, войти заново не удалось

## Папки и журнал

folder-failed = не удалось { $action ->
    [make-folder] создать папку
    [list-folder] прочитать папку
    [move] переместить
    [write] записать
    [publish] выложить
    [remove] удалить
    [look-at] проверить
    [read] прочитать
    [open] открыть
    [find] найти
    [find-mark] найти метку этой папки исходящих (подключён ли сетевой диск? если её очистили вручную, создайте пустой файл)
   *[other] { $action }
} `{ $path }`: { $why }
lock-taken = здесь уже работает другой obmen (процесс { $owner }); остановите его или дождитесь, пока он закончит
lock-failed = не удалось занять `{ $path }`: { $why }
journal-not-opened = не удалось открыть журнал `{ $path }`: { $why }
journal-no-folder = не удалось создать папку журнала `{ $path }`: { $why }
journal-not-copied = не удалось сделать копию журнала `{ $path }`: { $why }
journal-on-network = журнал `{ $path }` лежит на сетевом диске, где он повредится: перенесите его на локальный
journal-damaged = журнал `{ $path }` повреждён ({ $why }): поставьте на его место резервную копию, см. README
journal-too-new = журнал записан более новой версией obmen (схема { $found }, эта версия знает { $known })
journal-failed = ошибка журнала: { $why }
journal-content = в журнале стоит `{ $value }`, а должно быть { $expected }

## Решения человека

decide-no-run = загрузки { $run } нет; последние показывает `obmen history`
decide-not-held = загрузка { $run } { $state ->
    [open] ещё идёт
    [done] уже завершена
    [rejected] отклонена
    [retry] будет повторена
   *[other] в состоянии { $state }
}, а не задержана
decide-not-guarded = загрузку { $run } удержали не ограничители, поэтому разрешать нечего; устраните причину и повторите: `obmen retry { $run }`
decide-file-gone = файла `{ $file }` загрузки { $run } уже нет в `held`
decide-file-elsewhere = файла `{ $file }` загрузки { $run } ({ $state ->
    [open] ещё идёт
    [done] завершена
    [rejected] отклонена
    [held] задержана
    [retry] будет повторена
   *[other] { $state }
}) нет ни в `held`, ни в `rejected`, ни в `working`; чтобы загрузить его снова, положите его во входящие
decide-no-exchange = загрузка { $run } относится к обмену `{ $exchange }`, которого нет в настройках
decide-no-order = заказ { $order } здесь ещё не встречался

## Страница и демонстрационный магазин

page-open = страница по адресу { $address } доступна с других компьютеров: задайте пароль (`page.password_file`)
page-not-shown = не удалось открыть страницу по адресу { $address }: { $why }
page-not-started = не удалось запустить страницу: { $why }
demo-shop-listen = не удалось занять адрес `{ $address }`
demo-shop-start = не удалось запустить сервер демонстрационного магазина
demo-shop-file = не удалось открыть файл демонстрационного магазина
demo-shop-row = в файле демонстрационного магазина чужая запись
webhook-address = адрес получателя — не `https://…` и не `http://…`
webhook-away = получатель недоступен: { $why }
webhook-refused = получатель ответил { $status }
password-too-short = в пароле страницы должно быть не меньше { $n } символов
password-bad-hash = хеш пароля страницы неполный: его печатает `obmen page password`
password-no-random = в системе нет случайных чисел для хеша пароля страницы
