<?php
/**
 * Makes the database of a small shop: the tables of one version of OpenCart, and a few goods and orders.
 *
 * php database.php VERSION SOCKET DATABASE N_PRODUCTS N_ORDERS
 */

list(, $version, $socket, $name, $n_products, $n_orders) = $argv;
$version = substr($version, 0, 3);
mysqli_report(MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT);
$db = new mysqli('localhost', 'root', '', '', 0, $socket);
$db->set_charset('utf8mb4');
$db->query("SET SESSION sql_mode = ''");
$charset = $version === '2.3' ? 'utf8mb3 COLLATE utf8mb3_general_ci'
    : 'utf8mb4 COLLATE ' . ($version === '4.0' ? 'utf8mb4_general_ci' : 'utf8mb4_unicode_ci');
$db->query("CREATE DATABASE `$name` CHARACTER SET $charset");
$db->select_db($name);

function is_in($version, $range)
{
    list($from, $to) = explode('-', $range);
    return version_compare($version, $from, '>=') && version_compare($version, $to, '<=');
}

function column_type($type, $is_nullable)
{
    $null = $is_nullable ? ' NULL' : ' NOT NULL';
    $types = array('id' => 'INT NOT NULL AUTO_INCREMENT', 'key' => 'INT NOT NULL', 'n' => 'INT' . $null . ' DEFAULT 0',
        'text' => 'TEXT' . $null, 'money' => 'DECIMAL(15,4)' . $null . ' DEFAULT 0', 'weight' => 'DECIMAL(15,8)' . $null . ' DEFAULT 0',
        'date' => 'DATE' . ($is_nullable ? ' NULL' : " NOT NULL DEFAULT '0000-00-00'"), 'time' => 'DATETIME' . $null,
        'flag' => 'TINYINT(1)' . $null . ' DEFAULT 0', 'char' => 'CHAR(1)' . $null);
    return isset($types[$type]) ? $types[$type] : 'VARCHAR(' . substr($type, 1) . ')' . $null;
}

foreach (file(__DIR__ . '/tables.txt', FILE_IGNORE_NEW_LINES) as $line) {
    if ($line === '' || $line[0] === '#') {
        continue;
    }
    list($head, $columns) = explode(': ', $line, 2);
    list($range, $table) = explode(' ', $head);
    if (!is_in($version, $range)) {
        continue;
    }
    $parts = $keys = array();
    foreach (explode(', ', $columns) as $column) {
        $words = explode(' ', $column);
        if ($words[count($words) - 1][0] === '@' && !is_in($version, substr(array_pop($words), 1))) {
            continue;
        }
        $parts[] = "`$words[0]` " . column_type($words[1], $version === '4.1' || $words[0] === 'image');
        if ($words[1] === 'id' || $words[1] === 'key') {
            $keys[] = "`$words[0]`";
        } elseif (isset($words[2])) {
            $parts[] = "KEY `$words[0]` (`$words[0]`)";
        }
    }
    $parts[] = 'PRIMARY KEY (' . implode(', ', $keys) . ')';
    $engine = is_in($version, '2.3-3.0') ? 'MyISAM' : 'InnoDB';
    $db->query("CREATE TABLE `oc_$table` (" . implode(', ', $parts) . ") ENGINE=$engine");
}

/** Inserts a row and returns its number. Texts are given as the admin panel stores them. */
function put($table, array $values)
{
    global $db;
    $columns = array();
    foreach ($db->query("SHOW COLUMNS FROM `oc_$table`") as $row) {
        $columns[$row['Field']] = true;
    }
    $values = array_intersect_key($values, $columns);
    $literals = array();
    foreach ($values as $value) {
        $literals[] = $value === null ? 'NULL' : "'" . $db->real_escape_string((string)$value) . "'";
    }
    $db->query("INSERT INTO `oc_$table` (`" . implode('`, `', array_keys($values)) . '`) VALUES (' . implode(', ', $literals) . ')');
    return $db->insert_id;
}

function put_product($id, $sku, $name, $quantity, $price, $enabled = 1)
{
    put('product', array('product_id' => $id, 'model' => "Product $id", 'sku' => $sku, 'quantity' => $quantity, 'price' => $price,
        'status' => $enabled, 'subtract' => 1, 'minimum' => 1, 'image' => '', 'weight' => '0.25', 'date_available' => '2020-01-01',
        'date_added' => '2026-01-01 00:00:00', 'date_modified' => '2026-01-01 00:00:00'));
    if ($GLOBALS['version'] === '4.1' && $sku !== '') {
        put('product_code', array('product_id' => $id, 'code' => 'SKU', 'value' => $sku));
    }
    foreach (array(1, 2) as $language) {
        put('product_description', array('product_id' => $id, 'language_id' => $language, 'name' => $name, 'description' => '',
            'meta_title' => $name));
    }
    put('product_to_store', array('product_id' => $id, 'store_id' => 0));
    put('product_to_category', array('product_id' => $id, 'category_id' => 20));
}

$api = put('api', array('name' => 'obmen', 'username' => 'obmen', 'key' => 'obmen-test-key-0123456789abcdef', 'status' => 1));
put('api_ip', array('api_id' => $api, 'ip' => '127.0.0.1'));
$off = put('api', array('name' => 'off', 'username' => 'off', 'key' => 'disabled-key-0123456789', 'status' => 0));
put('api_ip', array('api_id' => $off, 'ip' => '127.0.0.1'));
$far = put('api', array('name' => 'far', 'username' => 'far', 'key' => 'far-key-0123456789abcdef', 'status' => 1));
put('api_ip', array('api_id' => $far, 'ip' => '10.9.8.7'));

put('language', array('language_id' => 1, 'name' => 'English', 'code' => 'en-gb', 'status' => 1));
put('language', array('language_id' => 2, 'name' => 'Русский', 'code' => 'ru-ru', 'status' => 1));
put('currency', array('title' => 'US Dollar', 'code' => 'USD', 'value' => 1, 'status' => 1));
put('currency', array('title' => 'Hryvnia', 'code' => 'UAH', 'value' => '41.25', 'status' => 1));
put('store', array('store_id' => 1, 'name' => 'Second &amp; last', 'url' => 'http://second.example/'));
put('customer_group', array('customer_group_id' => 1));
put('customer_group_description', array('customer_group_id' => 1, 'language_id' => 1, 'name' => 'Default'));
put('customer_group', array('customer_group_id' => 2));
put('customer_group_description', array('customer_group_id' => 2, 'language_id' => 1, 'name' => 'Wholesale'));
$statuses = array(1 => 'Pending', 2 => 'Processing', 3 => 'Shipped', 5 => 'Complete', 7 => 'Canceled');
foreach ($statuses as $id => $status) {
    put('order_status', array('order_status_id' => $id, 'language_id' => 1, 'name' => $status));
    put('order_status', array('order_status_id' => $id, 'language_id' => 2, 'name' => "$status по-русски"));
}
foreach (array(20 => array(0, 'Desktops'), 26 => array(20, 'PC &amp; Co')) as $id => $category) {
    put('category', array('category_id' => $id, 'parent_id' => $category[0], 'status' => 1, 'image' => ''));
    foreach (array(1, 2) as $language) {
        put('category_description', array('category_id' => $id, 'language_id' => $language, 'name' => $category[1], 'description' => '',
            'meta_title' => $category[1]));
    }
    put('category_to_store', array('category_id' => $id, 'store_id' => 0));
}
put('category_path', array('category_id' => 20, 'path_id' => 20, 'level' => 0));
put('category_path', array('category_id' => 26, 'path_id' => 20, 'level' => 0));
put('category_path', array('category_id' => 26, 'path_id' => 26, 'level' => 1));

put_product(28, 'арт-77', 'Кава мелена Кав\'ярня &amp; Ко', 1, 100);
put_product(29, 'DUP-1', 'Palm Treo Pro', 10, '279.99');
put_product(30, 'ЧАЙ-100', 'Чай &quot;Карпатський&quot; чорний, 100 г', 25, 100);
put_product(31, 'DUP-1', 'Nikon D300', 20, 80);
put_product(40, 'KB-001', 'iPhone', 12, 101);
put_product(42, 'R&amp;D 12&quot;', 'Apple Cinema 30&quot;', 7, 100);
put_product(43, 'KB-002', 'MacBook', 5, 500);
put_product(44, '', 'MacBook Air', 4, 1000);
put_product(45, 'OFF-1', 'MacBook Pro', 3, 2000, 0);
put_product(46, 'raw "quote"', 'Sony VAIO', 2, 1000);
put_product(47, '00123', 'HP LP3065', 3, 100);
put('option', array('option_id' => 11, 'type' => 'select'));
put('product_option', array('product_option_id' => 224, 'product_id' => 42, 'option_id' => 11, 'value' => '', 'required' => 1));
put('option_description', array('option_id' => 11, 'language_id' => 1, 'name' => 'Size'));
foreach (array(46 => 'Small', 47 => 'Large &amp; wide') as $id => $value) {
    put('option_value', array('option_value_id' => $id, 'option_id' => 11, 'image' => ''));
    put('option_value_description', array('option_value_id' => $id, 'language_id' => 1, 'option_id' => 11, 'name' => $value));
    put('product_option_value', array('product_option_value_id' => $id - 40, 'product_option_id' => 224, 'product_id' => 42,
        'option_id' => 11, 'option_value_id' => $id, 'quantity' => 9, 'subtract' => 1, 'price_prefix' => '+', 'points_prefix' => '+',
        'weight_prefix' => '+'));
}

function put_order($id, $status, array $lines, array $totals, array $more)
{
    $is_json = $GLOBALS['version'] >= '4.0';
    $method = function ($name, $code) use ($is_json) {
        return $is_json ? json_encode(array('name' => $name, 'code' => $code)) : $name;
    };
    $sum = 0;
    foreach ($totals as $total) {
        $sum += $total[0] === 'sub_total' ? 0 : $total[2];
    }
    foreach ($lines as $line) {
        $sum += $line[3] * $line[4];
    }
    put('order', $more + array('order_id' => $id, 'store_id' => 0, 'store_name' => 'Your Store', 'firstname' => 'Тарас',
        'lastname' => 'О\'Шевченко', 'email' => 'buyer@example.com', 'telephone' => '+380501234501', 'custom_field' => '{"3":"7707083893"}',
        'payment_company' => 'ТОВ &quot;Роги &amp; копита&quot;', 'payment_city' => 'Київ', 'payment_method' => $method('Cash On Delivery', 'cod.cod'),
        'payment_code' => 'cod', 'shipping_city' => 'Львів', 'shipping_method' => $method('Flat &amp; fast', 'flat.flat'), 'shipping_code' => 'flat.flat',
        'comment' => "two\nlines &lt;b&gt;", 'total' => $sum, 'order_status_id' => $status, 'currency_code' => 'USD', 'currency_value' => 1,
        'ip' => '10.1.2.3', 'date_added' => '2026-02-02 10:11:12', 'date_modified' => '2026-02-02 10:11:12'));
    foreach ($lines as $line) {
        $line_id = put('order_product', array('order_id' => $id, 'product_id' => $line[0], 'name' => $line[1], 'model' => $line[2],
            'price' => $line[3], 'quantity' => $line[4], 'total' => $line[3] * $line[4]));
        foreach (isset($line[5]) ? $line[5] : array() as $option) {
            put('order_option', array('order_id' => $id, 'order_product_id' => $line_id, 'name' => $option[0], 'value' => $option[1], 'type' => 'checkbox'));
        }
    }
    foreach ($totals as $at => $total) {
        put('order_total', array('order_id' => $id, 'code' => $total[0], 'title' => $total[1], 'value' => $total[2], 'sort_order' => $at));
    }
    put('order_history', array('order_id' => $id, 'order_status_id' => $status, 'comment' => '', 'date_added' => '2026-02-02 10:11:12'));
}

put_order(1, 1, array(array(40, 'iPhone', 'Product 40', '101', 2), array(30, 'Чай &quot;Карпатський&quot; чорний, 100 г', 'Product 30', '100', 3)),
    array(array('sub_total', 'Sub-Total', 502), array('shipping', 'Flat', 5), array('coupon', 'Coupon (A&amp;B)', -10), array('tax', 'VAT', 20)), array());
put_order(2, 1, array(
    array(42, 'Apple Cinema 30&quot;', 'Product 42', '100', 1, array(array('Checkbox', 'One'), array('Checkbox', 'Two &amp; more'))),
    array(9999, 'Gone for good', 'Product 9999', '7.5', 2),
), array(array('sub_total', 'Sub-Total', 115), array('shipping', 'Flat', 5)), array('currency_code' => 'UAH', 'currency_value' => '41.25'));
put_order(3, 2, array(array(47, 'HP LP3065', 'Product 47', '100', 1)), array(array('sub_total', 'Sub-Total', 100)), array());
put_order(4, 1, array(array(47, 'HP LP3065', 'Product 47', '100', 1)), array(), array('store_id' => 1));
put_order(5, 0, array(array(47, 'HP LP3065', 'Product 47', '100', 1)), array(), array());

// For tests of scale: products T00001, T00002, … and pending orders of three lines.
for ($from = 1; $from <= $n_products; $from += 1000) {
    $products = $codes = $texts = $stores = array();
    for ($i = $from; $i < $from + 1000 && $i <= $n_products; $i++) {
        $id = 10000 + $i;
        $sku = sprintf('T%05d', $i);
        $products[] = $version === '4.1' ? "($id, '$sku', 10, 1, 1, '2020-01-01')" : "($id, '$sku', 10, 1, 1, '2020-01-01', '$sku')";
        $codes[] = "($id, 'SKU', '$sku')";
        $texts[] = "($id, 1, 'Товар номер $i', '')";
        $stores[] = "($id, 0)";
    }
    $sku = $version === '4.1' ? '' : ', sku';
    $db->query("INSERT INTO oc_product (product_id, model, quantity, price, status, date_available$sku) VALUES " . implode(', ', $products));
    if ($version === '4.1') {
        $db->query('INSERT INTO oc_product_code (product_id, code, value) VALUES ' . implode(', ', $codes));
    }
    $db->query('INSERT INTO oc_product_description (product_id, language_id, name, meta_title) VALUES ' . implode(', ', $texts));
    $db->query('INSERT INTO oc_product_to_store (product_id, store_id) VALUES ' . implode(', ', $stores));
}
for ($i = 1; $i <= $n_orders; $i++) {
    $lines = array();
    for ($line = 0; $line < 3; $line++) {
        $lines[] = array(10000 + 1 + ($i * 3 + $line) % max(1, (int)$n_products), "Товар $line", 'T', '10', 1);
    }
    put_order(1000 + $i, 1, $lines, array(array('sub_total', 'Sub-Total', 30), array('shipping', 'Flat', 5)), array());
}
