### Что показывает страница, по-русски. В `en` те же ключи с теми же значениями.

## Страница: вокруг всего

nav-label = Страницы
nav-home = Главная
nav-drop = Передать файлы
nav-runs = Загрузки
nav-orders = Заказы
nav-products = Товары
nav-mapping = Соответствия
skip-to-content = К содержанию
exchange-label = Обмен
show-button = Показать
more-button = Показать ещё
logout-button = Выйти
login-title = Вход
login-password = Пароль
login-button = Войти
login-wrong = Пароль неверный.
login-too-often = Слишком много неверных паролей. Подождите { $n ->
    [one] { $n } секунду
    [few] { $n } секунды
   *[other] { $n } секунд
} и попробуйте снова.
not-found-title = Не найдено
not-found-text = Здесь ничего нет: не было никогда или уже забыто.
failed-title = Не получилось
back-home = На главную
lost-away = obmen не отвечает. Здесь показано то, что было раньше; страница обновится сама.
lost-out = Вы вышли: загрузите страницу заново, чтобы войти.

## Страница: главная

verdict-good = Всё в порядке. Вашего решения ничто не ждёт.
verdict-waiting = { $n ->
    [one] Вашего решения ждёт { $n } вопрос.
    [few] Вашего решения ждут { $n } вопроса.
   *[other] Вашего решения ждут { $n } вопросов.
}
verdict-retrying = { $n ->
    [one] Загрузка { $n } файла повторится сама.
   *[other] Загрузка { $n } файлов повторится сама.
}
verdict-shop-away = Магазин сейчас недоступен; файлы ждут и пойдут дальше сами.
verdict-trouble = Обмену что-то мешает:
home-waiting = Ждёт вашего решения
home-last-file = Последний файл
home-exchange = Обмен
home-no-file = Ещё не загружен ни один файл. Перетащите файл сюда или положите его во входящие.
home-days = Последние { $n ->
    [one] { $n } день
    [few] { $n } дня
   *[other] { $n } дней
}
hint-held = Сам файл исправен, но сделал бы что-то необычное. Загляните в него: разрешите, отклоните или повторите, когда причина устранена.
hint-held-by-cause = Устраните названную причину и повторите. Изменения из файла будут проверены только тогда; пока ничего не теряется.
hint-rejected = Дело в самом файле: выгрузите его заново. Если причина была в другом, повторите загрузку.
hint-retry = Делать ничего не нужно: повторяется само, со всё большими паузами.
hint-order-held = Исправьте заказ в админке магазина; он проверяется заново при каждом запросе.
approve-button = Разрешить
reject-button = Отклонить
retry-button = Повторить
look-button = Что он сделает?
retry-now-button = Повторить сейчас
return-button = Взять снова
show-faulty = Строки с вопросами
download-faulty = Скачать их как CSV
fact-shop = Магазин
fact-asking = запрашивается
ask-shop-button = Спросить сейчас
fact-last-order = Последний заказ для 1С
fact-next-ask = Следующий запрос заказов
fact-by-hand = только вручную
fact-queue = Очередь
fact-last-pass = Входящие просмотрены
fact-none = ещё нет
queue-files = { $n ->
    [one] { $n } файл во входящих
    [few] { $n } файла во входящих
   *[other] { $n } файлов во входящих
}
queue-pending = { $n ->
    [one] { $n } значение ждёт файл товаров
    [few] { $n } значения ждут файл товаров
   *[other] { $n } значений ждут файл товаров
}
queue-orders = { $n ->
    [one] 1С ещё не забрала { $n } заказ
    [few] 1С ещё не забрала { $n } заказа
   *[other] 1С ещё не забрала { $n } заказов
}
order-number = Заказ { $order }
chart-applied = Применено строк
chart-faulty = Строк с вопросами
chart-orders = Новых заказов
chart-numbers = То же числами
col-day = День

## Страница: состояния

state-done = загружен
state-done-look = загружен, есть вопросы
state-open = загружается
state-retry = будет загружен ещё раз
state-held = ждёт решения
state-rejected = отклонён
order-seen = новый
order-state-held = задержан
order-publishing = записывается
order-written = в исходящих
order-taken = забран 1С
order-confirmed = подтверждён 1С
field-price = цена
field-quantity = остаток
field-product = товар
field-name = название
field-status = статус
field-details = свойства
field-category = категория
field-group-prices = цены групп
field-variant = характеристика
size-bytes = { $n } Б
size-kb = КБ
size-mb = МБ

## Страница: переданные файлы

zone-title = Передать файлы
zone-text = Перетащите сюда файлы или папку: выгрузки 1С, прайс-листы, книги Excel, архивы. Сначала они проверяются; без вашего согласия ничего не отправляется.
zone-noscript = Для этого нужен JavaScript. Без него положите файлы в папку входящих.
choose-files = Выбрать файлы
choose-folder = Выбрать папку
upload-progress = Передача
upload-failed = связь прервалась
upload-refused = файл с таким именем во входящие не принимается
upload-too-large = файл больше, чем принимает страница; положите его в папку входящих
groups-title = Передано
groups-none = С запуска программы ничего не передано.
refused-title = Не приняты:
stage-uploading = передаётся
stage-checking = проверяется
stage-checked = можно применять
stage-checked-look = посмотрите, прежде чем применять
stage-failed = проверить не удалось
stage-applying = применяется
stage-applied = применено
check-title = Что произойдёт
checking-text = Файлы читаются и сравниваются с магазином. Страница обновится сама.
apply-button = Применить
discard-button = Не применять
check-again-button = Проверить снова
file-cannot = Этот файл загрузить нельзя.
would-be-held = Файл будет задержан:
largest-moves = Самые большие изменения цен
kind-to-send = к отправке
changes-title = Что изменится
changes-cut = Изменится строк: { $n }; показаны первые { $shown }.
col-before = Было
col-after = Станет
waits-for-pass = ждёт следующего прохода
drop-more = Передать ещё
rows-so-far = { $n ->
    [one] Пока { $n } строка
    [few] Пока { $n } строки
   *[other] Пока { $n } строк
}
run-progress = Загружено строк

## Страница: загрузки

runs-search = Файл, артикул или номер заказа
runs-none = Ничего не найдено.
rows-none = Строк нет.
filter-all = Все
filter-done = загружен
filter-held = ждёт решения
filter-rejected = отклонён
filter-retry = будет повторён
filter-open = загружается
col-run = Загрузка
col-begun = Начало
col-file = Файл
col-state = Состояние
col-rows = Строки или причина
col-line = Строка
col-key = Артикул или заказ
col-field = Что
col-outcome = Итог
col-detail = Подробности
col-function = Вызов
col-entries = Записей
run-title = Загрузка { $run }
run-ended = Конец
run-attempts = { $n ->
    [one] { $n } попытка
    [few] { $n } попытки
   *[other] { $n } попыток
}
run-approved = разрешено человеком
run-rows = Строки
run-filter = Строки по итогу
run-calls = Вызовы магазина
calls-none = Магазин не вызывался.
call-intended = в пути
call-confirmed = подтверждён
call-failed = не удался
call-unclear = неясно
call-settled = выяснено

## Страница: заказы и товары

orders-search = Номер заказа
orders-none = Заказов нет.
ask-orders-button = Запросить заказы сейчас
again-button = Записать снова
col-order = Заказ
col-seen = Увиден
col-written = Записан
col-taken = Забран
col-confirmed = Подтверждён
col-action = Действие
products-search = Артикул (начало) или Ид из 1С
products-none = Товаров не найдено. Список — артикулы магазина; он запрашивается с первым файлом.
products-hint = «?» стоит там, где магазин ещё ничего не подтвердил: значение уйдёт со следующим файлом, в котором оно есть.
col-article = Артикул
col-name = Название
col-since = Подтверждено
col-item = Ид в 1С

## Страница: соответствия

mapping-no-file = Выбирать здесь нечего: программа работает без файла настроек.
mapping-asking = У магазина запрашиваются его статусы и категории.
mapping-intro = Выбранное здесь записывается в { $file } и действует со следующего файла, без перезапуска. Ожидающие файлы можно после этого повторить.
mapping-ask = Запросить списки магазина ещё раз
mapping-saved = Сохранено. Действует с этого момента.
mapping-nothing = Ничего не изменилось.
mapping-changed = Файл настроек изменился с тех пор, как эта страница была показана. Ничего не сохранено: посмотрите ещё раз и выберите заново.
mapping-bad-text = Название слишком длинное или содержит непечатаемые знаки.
mapping-save = Сохранить
mapping-missing = { $name } (нет в списке)
mapping-new-title = Новые заказы
mapping-new-hint = Заказы в этих статусах выгружаются для 1С.
mapping-map-title = Что 1С сообщает о заказе
mapping-map-hint = Статус, который заказ получит в магазине. Слова 1С появляются здесь, когда их назовёт какой-нибудь файл.
map-accepted = принят (проведён в 1С)
map-paid = оплачен
map-shipped = отгружен
map-cancelled = отменён
map-none = не менять
map-same = статус с тем же названием
col-in-1c = В 1С
col-in-shop = В магазине
mapping-word = другое слово 1С
mapping-word-to = Статус для него
mapping-goods-title = Товары
mapping-category = Категория для новых товаров
mapping-category-none = нет: о новых товарах сообщается, они не добавляются
mapping-tree = Группы 1С становятся категориями магазина (с модулем obmen)
mapping-price = Вид цены, который идёт в магазин
mapping-price-none = не выбран: единственный в файле
mapping-warehouses = Склады
mapping-warehouses-hint = Учитываются остатки только этих складов; не отмечен ни один — всех.
mapping-none-seen = Файлы пока ничего не назвали: как только назовут, это появится здесь.
page-other-name = у этой страницы другое имя; её имена перечислены в `page.names`
page-forged = этот запрос пришёл не с самой страницы; обновите её и повторите
page-log-in-first = сначала войдите
