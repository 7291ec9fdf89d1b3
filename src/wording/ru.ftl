### Что читает человек, по-русски. В `en.ftl` те же ключи с теми же значениями.

## Что стало со строкой

kind-applied = применено
kind-unchanged = без изменений
kind-unknown = нет в магазине
kind-rejected = отклонено
kind-pending = ожидает
kind-superseded = устарело
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
receipt-kind-unknown = нет в магазине
receipt-kind-rejected = отклонено
receipt-kind-pending = ожидает
receipt-kind-superseded = устарело: сказано иначе ниже или в более новом файле
receipt-kind-outdated = опоздало: более новый файл уже сказал своё
receipt-kind-note = замечания
receipt-rows = Строки, которые нужно посмотреть:
receipt-row = строка { $line }
receipt-more = … и другие; все они в таблице рядом с этим текстом

## Что печатают команды

n-new-orders = { $n ->
    [one] { $n } новый заказ
    [few] { $n } новых заказа
   *[other] { $n } новых заказов
}
order-held = заказ { $order } задержан: { $why }
order-unreadable = не удалось прочитать заказ магазина: { $why }
list-written = список → { $file }
item-overdue = `{ $item }` всё ещё ждёт файл товаров, в котором назван его артикул
not-done = не сделано: { $why }
fate-carried = загружен
fate-rejected = ОТКЛОНЁН
fate-held = ЗАДЕРЖАН
fate-retry = будет повторён
in-run = загрузка { $run }
watching-folder = слежу за папкой `{ $folder }`; остановить: Ctrl-C
left-for-next-pass = { $file }: оставлен до следующего прохода: он ещё меняется, не дописан или ждёт своей очереди
no-runs-yet = ещё не загружен ни один файл
back-in-inbox = `{ $file }` будет загружен при следующем проходе
rejected-by-you = загрузка { $run } отклонена; её файл: `{ $file }`
