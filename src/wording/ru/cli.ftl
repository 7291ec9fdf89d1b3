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
fate-retry = будет повторён
in-run = загрузка { $run }
watching-folder = слежу за папкой `{ $folder }`; остановить: Ctrl-C
left-for-next-pass = { $file }: оставлен до следующего прохода: он ещё меняется, не дописан или ждёт своей очереди
no-runs-yet = ещё не загружен ни один файл
back-in-inbox = `{ $file }` будет загружен при следующем проходе
rejected-by-you = загрузка { $run } отклонена; её файл: `{ $file }`
heartbeat-fine = { $at }: obmen работает.
heartbeat-trouble = { $at }: obmen работает, но ему что-то мешает: { $why }
page-at = страница: { $url }
no-page = страницы не будет: { $why }
password-prompt = Пароль страницы, не короче десяти символов:

## Notices to a person elsewhere

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
