### Что печатают команды, по-русски. В `en` те же ключи с теми же значениями.

n-new-orders = { $n ->
    [one] { $n } новый заказ
    [few] { $n } новых заказа
   *[other] { $n } новых заказов
}
order-held = заказ { $order } задержан: { $why }
order-unreadable = не удалось прочитать заказ магазина: { $why }
order-note = заказ { $order }: { $note }
list-written = список → { $file }
item-overdue = `{ $item }` всё ещё ждёт файл товаров, в котором назван его артикул
not-done = не сделано: { $why }
fate-carried = загружен
fate-rejected = ОТКЛОНЁН
fate-held = ЗАДЕРЖАН
fate-retry = будет загружен ещё раз
in-run = загрузка { $run }
watching-folder = слежу за папкой `{ $folder }`; остановить: Ctrl-C
left-for-next-pass = { $file }: оставлен до следующего прохода: он ещё меняется, не дописан или ждёт своей очереди
no-runs-yet = ещё не загружен ни один файл
back-in-inbox = `{ $file }` будет загружен при следующем проходе
rejected-by-you = загрузка { $run } отклонена; её файл: `{ $file }`
rejected-without-file = загрузка { $run } отклонена; её файла в `held` уже нет
heartbeat-fine = { $at }: obmen работает.
heartbeat-trouble = { $at }: obmen работает, но ему что-то мешает: { $why }
page-at = страница: { $url }
no-page = страницы не будет: { $why }
password-prompt = Пароль страницы, не короче десяти символов:
n-rows = { $n ->
    [one] { $n } строка
    [few] { $n } строки
   *[other] { $n } строк
}
no-new-orders = новых заказов нет (в запрошенных статусах: { $n })
order-not-asked = заказа { $order } нет ни в одном из статусов, заданных в `orders.statuses`
not-carried = `{ $file }` не загружен: { $why }
plan-would-send = { $file }: будет отправлено { $n ->
    [one] { $n } изменение
    [few] { $n } изменения
   *[other] { $n } изменений
} за { $calls ->
    [one] { $calls } вызов
    [few] { $calls } вызова
   *[other] { $calls } вызовов
}; { $rows }
plan-largest-moves = самые большие изменения цен:
plan-would-be-held = { $file }: будет ЗАДЕРЖАН: { $why }
history-run = загрузка
history-begun = начало
history-exchange = обмен
history-state = состояние
history-file = файл
history-rows = строки или причина
article-forgotten = артикул `{ $sku }` больше не относится к `{ $item }`
no-item = пустой Ид
no-article-of-item = для Ид `{ $item }` артикул неизвестен
no-exchange = обмена `{ $name }` нет; в настройках есть { $known }
several-exchanges = в настройках несколько обменов: выберите один параметром `--exchange`
service-has-it = пока работает служба, кладите файлы в её папку входящих
because = { $message }: { $why }
module-written = записан `{ $path }`, версия { $version }: скопируйте его в папку магазина как `{ $place }`, поверх старого, если он есть
module-package = записан `{ $path }`: то же для установщика OpenCart 3.0, а с FTP и 2.3 (Расширения → Установщик)
module-then-check = затем выполните `obmen check`
read-fault = ОШИБКА { $why }
read-note = ЗАМЕЧАНИЕ { $why }
read-changes-only = , только изменения
read-full = , полная выгрузка
read-summary = { $format }, { $encoding }{ $extent }: групп { $groups }, товаров { $products }, предложений { $offers }, цен { $prices }, остатков { $stocks }, документов { $documents }, ошибок { $faults }

## obmen check

check-mark-good = ок
check-mark-limited = прим
check-mark-bad = СБОЙ
check-configuration = настройки
check-journal = журнал
check-inbox = входящие обмена `{ $exchange }`
check-outbox = исходящие обмена `{ $exchange }`
check-no-right = { $why }: дайте учётной записи, под которой работает obmen, право на изменение
check-shop = магазин обмена `{ $exchange }`
check-shop-fails = { $url }: { $why }
check-shop-fine = { $url }: вход выполнен; отвечает как OpenCart { $version }
check-module = модуль
check-module-newest = собственный модуль obmen, версия { $version }
check-module-older = собственный модуль obmen, версия { $version }; в программе есть { $newest }: замените файл магазина тем, который запишет `obmen module`
check-module-newer = собственный модуль obmen, версия { $version }; новее, чем в этой программе ({ $newest })
check-module-upstream = сторонний, медленный и не сообщает, что сделал; `obmen module` запишет собственный модуль obmen, версия { $newest }: это один файл, который нужно скопировать в магазин
check-call = вызов `{ $function }`
check-function = функция `{ $function }`
check-answers = отвечает
check-n-statuses = статусов: { $n }
check-n-categories = категорий: { $n }
check-n-articles = артикулов: { $n }
check-n-products = включённых товаров с артикулом: { $n }
check-n-names = наименований: { $n }
check-no-status-change = отвечает, но сторонний модуль для 4.0 не меняет статус заказа: файлы со статусами будут задержаны
check-no-names = { $why }; без неё наименования не передаются
check-status = статус заказа
check-category = категория
check-none-called = в магазине нет `{ $name }`; списки дают `obmen statuses` и `obmen categories`
check-notice = уведомление
check-no-notice = `notice.webhook` не задан: никто не узнает, что что-то ждёт
check-notice-taken = получатель принял пробное уведомление
check-group = группа покупателей для `{ $name }`
check-no-group = в магазине нет группы { $group }; есть { $known }
check-new-goods = новые товары
check-no-category = `goods.category` не задана: о новых товарах сообщается, но они не добавляются

## obmen init

init-exists = `{ $path }` уже есть; `--force` заменит его
init-shop-answered = магазин ответил: его статусы и категории записаны в файл
init-without-lists = { $why }; файл записан без списков магазина
init-written = записан `{ $path }`; заполните его и выполните `obmen check`
init-no-key = сюда впишите ключ API
init-statuses = Статусы магазина:
init-categories = Категории магазина:

## obmen demo и obmen shop

demo-shop = 1. Магазин: { $url }, товаров { $products }, заказов { $orders } (пользователь API `{ $username }`).
demo-from-shop = 2. Из магазина в исходящие:
demo-no-orders = новых заказов нет: каждый записывается один раз
demo-samples = 3. В { $folder } положены примеры файлов ({ $n }), и они загружены:
demo-unchanged = 4. Магазин не изменился: в нём уже всё так, и ничего не отправлено.
demo-changes = 4. Что изменилось в магазине ({ $n }):
demo-product = цена { $price }, остаток { $stock }
demo-order = заказ { $order }
demo-status = статус { $status }
demo-new = (новый)
demo-done = Готово. Без `--once` показ продолжается, и во входящие можно класть свои файлы.
demo-watching = Слежу за папкой `{ $folder }`: кладите файлы туда, квитанции появятся в `done`. Остановить: Ctrl-C.
demo-shop-only-here = встроенный магазин нужен, чтобы пробовать, и доступен только с этого компьютера: используйте 127.0.0.1
demo-shop-not-started = не удалось запустить встроенный магазин
demo-shop-at = магазин: { $url } (пользователь API `{ $username }`, ключ `{ $key }`); остановить: Ctrl-C

## Настройки

neither-command-nor-file = `{ $word }` — не команда и не файл; список команд: `obmen help`
config-unreadable = не удалось прочитать настройки `{ $path }` (`obmen init` запишет их; для `obmen demo` они не нужны)
config-in = в настройках `{ $path }`
config-no-shop = нет раздела `[shop]` с адресом магазина `url`
config-mixed = с `[[exchange]]` каждый раздел принадлежит обмену, например `[exchange.shop]`
config-same-name = два обмена называются `{ $name }`
config-same-folder = `{ $folder }` и `{ $other }` — одна папка или одна лежит в другой: для каждых входящих и исходящих нужна своя
config-choice = `{ $option }` — это `{ $value }`, а можно: { $known }
config-at-least-one = `{ $option }` должно быть не меньше 1
config-language-code = `shop.language` — это `{ $value }`, а нужен код вида `ru-ru`
config-file-unreadable = не удалось прочитать `{ $option }` `{ $path }`
config-file-empty = `{ $option }`: файл `{ $path }` пуст
config-no-key = нет `shop.key` (или `key_file`, или переменной окружения OBMEN_SHOP_KEY): это ключ пользователя API (Система → Пользователи → API в админке магазина)
config-marker = `folders.marker` — это `{ $value }`, а нужно имя файла вида "{"{"}name{"}"}.done", "{"{"}stem{"}"}.ok" или "ready"
config-column = `{ $name }` — не колонка; колонки: { $known }
config-word = в `csv.words` для `{ $word }` задано { $value }, а нужно число вида 1 или "0.5"
config-no-name = `{ $value }` — не имя и не код
config-shift = `orders.shift_h` — это { $value }, а можно от -{ $most } до { $most }
config-orders-file = `orders.file` — это `{ $value }`, а нужно имя файла вида `orders.xml` или `orders-{"{"}time{"}"}-{"{"}last{"}"}.xml`, не занятое списками
config-no-exchange = в настройках нет обмена `{ $name }`
config-not-changed = файл записан так, что здесь его не изменить; задайте вручную: { $choice }
config-no-tables = здесь меняются только обмены, записанные как `[[exchange]]`
config-no-section = `{ $name }` — не раздел
config-group-price = в `{ $option }` виду цены задаётся номер группы покупателей: `"Оптовая" = 2`
config-group-twice = в `{ $option }` два вида цены для группы покупателей { $group }
config-vat = `orders.vat` — это `{ $value }`, а нужна ставка в процентах вида `20`
config-no-list-column = в `lists.columns` нет ни одной колонки
config-listen = `page.listen` — это `{ $value }`, а нужны адрес и порт вида `{ $example }` или пусто, если страница не нужна
config-listen-open = `page.listen` — это `{ $value }`, он доступен с других компьютеров: задайте пароль: хешем в `page.password`, в файле `page.password_file` или в переменной окружения { $variable }
config-password-no-hash = `page.password` — не хеш: его сделает из вашего пароля `obmen page password`; сам пароль можно держать в файле, названном в `page.password_file`
password-unreadable = не удалось прочитать пароль
password-is-hash = это уже хеш; его можно записать в настройки как есть

## Параметры

usage-unknown-argument = неизвестный параметр `{ $argument }`
usage-unknown-command = неизвестная команда `{ $command }`
usage-missing-argument = не хватает параметра: { $argument }
usage-no-value = для `{ $argument }` нужно значение
usage-bad-value = значение `{ $value }` не подходит для `{ $argument }`
usage-twice = `{ $argument }` указан дважды или не сочетается с остальными
usage-see-help = Справка: `obmen --help`
help-about = Передаёт остатки, цены, товары и заказы между 1С и магазинами на OpenCart через папки
help-after =
    Без команды: `obmen ФАЙЛ…` загружает эти файлы, просто `obmen` запускает службу.
    Коды завершения: 0 — всё применено, 1 — что-то отклонено, задержано или ждёт решения человека,
    2 — ошибка в параметрах или настройках, 3 — магазин недоступен или не пускает.
help-usage = Использование:
help-usage-options = [ПАРАМЕТРЫ]
help-usage-command = КОМАНДА
help-commands = Команды
help-arguments = Аргументы
help-options = Параметры
help-default = [по умолчанию: { $value }]
help-possible = [можно: { $value }]
help-option-help = Показать справку
help-option-version = Показать версию
help-command-help = Показать эту справку или справку по команде
help-files = Файлы, которые нужно загрузить сейчас; они остаются на своих местах
help-option-config = Файл настроек
help-option-format = Как печатать
help-option-exchange = Только этот обмен, если в настройках их несколько
help-option-language = На каком языке говорит команда; иначе — на языке настроек, а без них — системы
help-run = Следит за входящими и запрашивает заказы по расписанию, до Ctrl-C
help-run-once = Один проход и выход: для планировщика
help-send = Загружает эти файлы сейчас, оставляя их на своих местах
help-send-files = Файлы, которые нужно загрузить
help-send-force = Отправить и то, что запрещают ограничители или более новые файлы
help-plan = Показывает, что и почему было бы отправлено, ничего не отправляя
help-plan-files = Файлы, которые нужно посмотреть
help-plan-offline = Сравнить только с журналом, не обращаясь к магазину
help-only-counts = Только итоги
help-read = Показывает, что сказано в файлах; настройки и сеть не нужны
help-read-files = Файлы, которые нужно прочитать
help-orders = Получает новые заказы в исходящие сейчас
help-orders-again = Записать этот заказ ещё раз, что бы с ним ни было раньше
help-products = Получает список товаров в исходящие сейчас
help-statuses = Получает статусы заказов в исходящие сейчас
help-categories = Получает категории в исходящие сейчас
help-page = Страница работающей службы
help-page-password = Читает пароль со стандартного ввода и печатает строку для настроек
help-check-notice = Отправить и пробное уведомление
help-check = Проверяет, всё ли в порядке, и говорит, что делать, если нет
help-history = Показывает последние загрузки
help-history-limit = Сколько, начиная с последней
help-show = Показывает одну загрузку и её строки с вопросами (все строки — с `--format json`)
help-run-number = Её номер, как в `history`
help-retry = Снова берёт в работу файл задержанной, отклонённой или ждущей загрузки; его возраст сохраняется
help-approve = Разрешает задержанной загрузке то, от чего её удержали ограничители
help-reject = Перемещает файл задержанной загрузки в `rejected`
help-forget = Отвязывает артикул от номенклатуры, которой в 1С больше нет
help-forget-item = Её Ид в 1С, как в квитанции
help-init = Записывает файл настроек с пояснением каждой
help-init-url = Адрес магазина: у него запрашиваются статусы и категории
help-init-username = Пользователь API
help-init-key = Ключ API; лучше задать его переменной окружения `OBMEN_SHOP_KEY`
help-init-force = Заменить существующий файл
help-module = Записывает модуль для магазина: один файл PHP и пакет для установщика OpenCart 3.0
help-module-dir = Куда
help-shop = Запускает один встроенный магазин
help-shop-listen = Адрес и порт
help-shop-dialect = Версия, как которая он отвечает
help-shop-state = Хранить состояние магазина в этом файле
help-shop-username = Пользователь API, которого он пускает
help-shop-key = Ключ этого пользователя
help-demo = Показывает весь обмен на встроенном магазине и примерах и продолжает работать
help-demo-once = Закончить после показа
help-demo-dir = Где лежат `inbox` и `outbox`
value-file = ФАЙЛ
value-dir = ПАПКА
value-name = ИМЯ
value-number = ЧИСЛО
value-run = НОМЕР
value-item = ИД
value-url = АДРЕС
value-key = КЛЮЧ
value-address = АДРЕС
value-version = ВЕРСИЯ
value-format = ФОРМАТ
value-language = ЯЗЫК

## Уведомления

notice-waiting = obmen ({ $exchange }): { $n ->
    [one] { $n } дело ждёт человека
    [few] { $n } дела ждут человека
   *[many] { $n } дел ждут человека
}
notice-run = • { $file } (загрузка { $run }): { $why }
notice-order = • заказ { $order } не удаётся выгрузить для 1С
notice-more = … и ещё { $n }
notice-silence = obmen ({ $exchange }): файлов нет уже { $h ->
    [one] { $h } час
    [few] { $h } часа
   *[many] { $h } часов
}; последний пришёл { $at }
notice-silence-ever = obmen ({ $exchange }): файлов нет уже { $h ->
    [one] { $h } час
    [few] { $h } часа
   *[many] { $h } часов
}, не приходило ни одного
notice-test = obmen ({ $exchange }): это проверка; уведомления приходят сюда
