### Что стало со строкой, файлом или заказом и почему, по-русски. В `en` те же ключи с теми же значениями.

## Что стало со строкой

kind-applied = применено
kind-unchanged = без изменений
kind-unknown = не найдено
kind-rejected = отклонено
kind-pending = ожидает
kind-superseded = заменено ниже
kind-outdated = опоздало
kind-note = замечание
nothing-for-the-shop = для магазина ничего нет

## Квитанции

receipt-file = файл
receipt-format = формат
receipt-exchange = обмен
receipt-run = загрузка
receipt-begun = { $run }, начата { $at }
receipt-result = итог
receipt-nothing = в этом файле нет ничего для магазина
receipt-done = загружен
receipt-done-look = загружен; некоторые строки нужно посмотреть
receipt-rejected = ОТКЛОНЁН: { $why }
receipt-held = ЗАДЕРЖАН, ждёт решения человека: { $why }
receipt-retry = будет повторён: { $why }
receipt-open = загружается
receipt-no-reason = причина не записана
receipt-kind-applied = применено в магазине
receipt-kind-unchanged = без изменений: в магазине уже так
receipt-kind-unknown = не найдено
receipt-kind-rejected = отклонено
receipt-kind-pending = ожидает
receipt-kind-superseded = заменено: сказано иначе ниже или в более новом файле
receipt-kind-outdated = опоздало: более новый файл уже сказал своё
receipt-kind-note = замечания
receipt-rows = Строки, которые нужно посмотреть:
receipt-row = строка { $line }
receipt-more = … и другие; все они в таблице рядом с этим текстом

## Строки: что о них говорит магазин

why-no-article = в магазине нет товара с этим артикулом
why-no-order = в магазине нет такого заказа
why-ambiguous = этот артикул в магазине у нескольких товаров
why-taken-for-this = в магазине уже есть товар, который он принимает за этот
why-module-says = ответ модуля магазина: { $why }
why-not-listed = магазин принял товар, но в его списке товара нет
why-not-sent = ещё не отправлено

## Строки: что говорят другие строки и файлы

why-earlier-attempt = при прошлой попытке
why-later-row = строка ниже говорит иначе
why-newer-file = об этом уже сказано в более новом файле; `obmen send --force` отправит всё равно
why-may-come = в магазине этого товара нет; значение сохранено: товар может прийти в файле, который ждёт
why-repeated = этот артикул в списке несколько раз, впервые в строке { $line }
why-waits-for-goods = ни один файл товаров ещё не назвал артикул для этого Ид; значение сохранено до такого файла
why-newer-waits = файла товаров с этим артикулом ждёт значение из более нового файла

## Строки: какой это товар

why-row-no-article = в строке нет артикула
why-no-article-in-1c = в 1С у номенклатуры не заполнен артикул, сопоставить её не с чем
why-variant-article = у характеристики только артикул её номенклатуры: задайте в 1С отдельный или настройте `goods.variant_article`
why-changed = артикул в 1С изменён с `{ $old }` на `{ $new }`, а в магазине всё ещё `{ $old }`: исправьте и там
why-rival = магазин не отличит этот артикул от артикула другой номенклатуры 1С (Ид { $item }): задайте разные или, если той больше нет, выполните `obmen forget { $item }`
why-row-no-name = в строке нет наименования, а товары ищутся по нему (`goods.match`)
why-no-name = в магазине нет товара с таким наименованием или их несколько
why-deleted-decide = в 1С помечен на удаление: решите, что делать с ним в магазине
why-deleted-left = в 1С помечен на удаление; товар в магазине оставлен как есть

## Строки: что в них сказано

why-no-warehouse = остаток указан без склада, а в `goods.warehouses` склады выбраны
why-other-price-type = нет цены того вида, который выбран в `goods.price_type`
why-which-price = в файле цены нескольких видов ({ $types }), ни одна не отправлена: выберите вид в настройке `goods.price_type`
why-name-too-long = наименование длиннее { $limit } символов, магазин его обрежет
why-variant-unnamed = у характеристики нет ни значений, ни скобок после наименования: выбрать его было бы нельзя
why-variant-too-long = название или значения его характеристик длиннее 128 символов магазина
why-variant-orphan = ни один файл товаров ещё не назвал артикул товара, чья это характеристика
why-name-unprintable = в наименовании есть символ, который нельзя прочитать или напечатать
why-left-out = модуль магазина принимает не всё (`obmen module` запишет тот, что принимает), поэтому пропущено: { $list }
detail-of = { $detail ->
    [description] описание
    [images] картинки
    [attributes] свойства
    [manufacturer] изготовитель
    [weight] вес и размеры
    [categories] группы
    [variants] характеристики
    [group_prices] цены групп покупателей
   *[other] { $detail }
} у { $n ->
    [one] { $n } товара
   *[other] { $n } товаров
}
why-pictures-missing = { $n ->
    [one] ещё нет { $n } картинки: `{ $picture }`; она ищется при каждом проходе
   *[other] ещё нет { $n } картинок, среди них `{ $picture }`; они ищутся при каждом проходе
}
why-picture-refused = картинка `{ $picture }` пропущена: { $why }
why-pictures-later = картинки пока не показаны, попытка будет при следующих проходах: { $why }
why-picture-413 = веб-сервер перед магазином не принимает запрос такого размера ({ $size } байт, в пути на треть больше): разрешите ему больше, в nginx это `client_max_body_size`
why-picture-too-large = она больше { $limit } байт

## Документы и заказы

why-other-operation = хозяйственная операция `{ $operation }`, а не заказ товара
why-no-order-number = в документе нет номера заказа магазина: он введён в 1С
why-no-state = в документе ничего не сказано о состоянии заказа
why-state-not-mapped = заказ в 1С { $state ->
    [cancelled] отменён
    [shipped] отгружен
    [paid] оплачен
    [accepted] принят
   *[other] { $state }
}, а статуса для этого в `[orders.map]` нет
why-status-unknown = статус `{ $status }` не сопоставлен в настройках и не найден среди статусов магазина
why-status-not-in-shop = `{ $from }` сопоставлен с `{ $to }`, но такого статуса в магазине нет
order-no-lines = в нём нет товаров с количеством
order-no-buyer = в нём не указан покупатель: ни организации, ни имени, ни e-mail, ни телефона
order-currency = валюта `{ $currency }` — не трёхбуквенный код
order-number-too-long = номер `{ $number }` длиннее { $limit } символов
order-unnamed-line = у строки { $line } нет наименования
order-negative-quantity = в строке { $line } количество меньше нуля
order-too-large = суммы больше, чем вмещает документ
order-faults = { $list }
order-not-again = он изменён в магазине, но записать его снова нельзя: { $list }
note-inn-left-out = ИНН пропущен: в нём не 10 и не 12 цифр
note-kpp-left-out = КПП пропущен: в нём не 9 цифр или рядом нет ИНН из 10 цифр
bad-order = заказ { $order }: в поле `{ $field }` стоит `{ $value }`
bad-order-unnumbered = заказ без номера: в поле `{ $field }` стоит `{ $value }`

## Ограничители и решения человека

alarm-zeroed = обнулит остаток у { $n } из { $of } товаров в наличии: это больше { $allowed } %
alarm-moved = изменит { $n } из { $of } цен более чем на { $percent } %: таких цен больше { $allowed } %
alarm-shrunk = выгрузка названа полной, но { $what ->
    [goods] товаров
   *[offers] предложений
} в ней { $n }, а в прошлой было { $before }
alarm-fewer-articles = в магазине артикулов { $n }, а было { $before }: остальные сочлись бы неизвестными или новыми
alarm-leaps = изменит { $n ->
    [one] { $n } цену
    [few] { $n } цены
   *[other] { $n } цен
} в { $factor } раз и больше: { $examples }
why-by-person = отклонён человеком
why-file-gone = его убрали или заменили прежде, чем он был загружен до конца

## Вызовы магазина, которые выяснены

call-articles-read = список артикулов магазина прочитан заново
call-may-repeat = можно отправить снова
call-orders-done = новый статус стоит у { $n } из { $of } заказов
