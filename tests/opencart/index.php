<?php
/**
 * As much of OpenCart as the module needs: its registry and what is in it, for each of four versions.
 *
 * Served by `php -S`; the environment says which version and driver, and where its database is.
 */

define('VERSION', getenv('OPENCART_VERSION'));
if (getenv('OPENCART_PEAK')) {
    // For the bench: what each call has taken of PHP's memory.
    register_shutdown_function(function () {
        file_put_contents(getenv('OPENCART_PEAK'), memory_get_peak_usage(true) . "\n", FILE_APPEND | LOCK_EX);
    });
}
define('DB_PREFIX', 'oc_');
define('DB_DATABASE', getenv('OPENCART_DATABASE'));
define('DIR_IMAGE', getenv('OPENCART_IMAGES') . '/');
define('IS_4', version_compare(VERSION, '4', '>='));

/** A query's answer has the rows as a list; a failed one is an exception that shows the SQL, as OpenCart's does. */
class HarnessDatabase
{
    private $connection;

    public function __construct()
    {
        mysqli_report(MYSQLI_REPORT_OFF);
        $this->connection = new mysqli('localhost', 'root', '', DB_DATABASE, 0, getenv('OPENCART_SOCKET'));
        // 4.x alone speaks four-byte UTF-8.
        $this->connection->set_charset(IS_4 ? 'utf8mb4' : 'utf8');
        $mode = VERSION[0] === '2' ? '' : 'NO_ZERO_IN_DATE,NO_ENGINE_SUBSTITUTION';
        $this->connection->query("SET SESSION sql_mode = '" . $mode . "'");
    }

    public function query($sql)
    {
        $result = $this->connection->query($sql);
        if ($result === false) {
            throw new \Exception('Error: ' . $this->connection->error . '<br />Error No: ' . $this->connection->errno . '<br />' . $sql);
        }
        if ($result === true) {
            return true;
        }
        $found = new stdClass();
        $found->rows = $result->fetch_all(MYSQLI_ASSOC);
        $found->row = isset($found->rows[0]) ? $found->rows[0] : array();
        $found->num_rows = count($found->rows);
        return $found;
    }

    public function escape($text)
    {
        if (IS_4 && !is_string($text)) {
            throw new \TypeError('4.x takes strings only');
        }
        return $this->connection->real_escape_string($text);
    }

    public function countAffected()
    {
        return $this->connection->affected_rows;
    }

    public function getLastId()
    {
        return $this->connection->insert_id;
    }
}

/**
 * The other driver, which speaks PDO. That of 4.x does not escape: it keeps each value under a name for
 * the next statement, and a value that this statement does not name makes it fail. Numbers come as numbers.
 */
class HarnessPdo
{
    private $pdo;
    private $kept = array();
    private $n_changed = 0;

    public function __construct()
    {
        $where = 'mysql:unix_socket=' . getenv('OPENCART_SOCKET') . ';dbname=' . DB_DATABASE;
        if (IS_4) {
            $this->pdo = new \PDO($where . ';charset=utf8mb4', 'root', '');
            $this->query("SET SESSION sql_mode = 'NO_ZERO_IN_DATE,NO_ENGINE_SUBSTITUTION'");
            return;
        }
        // Older ones keep the connection for the next request, with all that was done to it.
        $this->pdo = new \PDO($where, 'root', '', array(\PDO::ATTR_PERSISTENT => true));
        foreach (array("NAMES 'utf8'", 'CHARACTER SET utf8', 'CHARACTER_SET_CONNECTION = utf8', "SQL_MODE = ''") as $setting) {
            $this->pdo->exec('SET ' . $setting);
        }
    }

    public function query($sql)
    {
        if (IS_4) {
            $sql = preg_replace("/':(\w*.)'/", ':$1', $sql);
        }
        $statement = $this->pdo->prepare($sql);
        // Who has kept a value that nobody asks for spoils what comes after, too.
        $statement->execute($this->kept);
        $this->kept = array();
        $this->n_changed = $statement->rowCount();
        if (IS_4 && !$statement->columnCount()) {
            return true;
        }
        $found = new stdClass();
        $found->rows = $statement->columnCount() ? $statement->fetchAll(\PDO::FETCH_ASSOC) : array();
        $found->row = isset($found->rows[0]) ? $found->rows[0] : array();
        $found->num_rows = count($found->rows);
        return $found;
    }

    public function escape($text)
    {
        if (!IS_4) {
            return strtr($text, array("\\" => "\\\\", "\0" => "\\0", "\n" => "\\n", "\r" => "\\r", "\x1a" => "\\Z", "'" => "\\'", '"' => '\\"'));
        }
        if (!is_string($text)) {
            throw new \TypeError('4.x takes strings only');
        }
        $name = ':' . count($this->kept);
        $this->kept[$name] = $text;
        return $name;
    }

    public function countAffected()
    {
        return $this->n_changed;
    }

    public function getLastId()
    {
        return $this->pdo->lastInsertId();
    }
}

class HarnessConfig
{
    public function get($name)
    {
        $store = isset($_GET['store_id']) ? (int)$_GET['store_id'] : 0;
        $settings = array('config_store_id' => $store, 'config_name' => 'Your &quot;Store&quot;', 'config_language' => 'en-gb',
            'config_language_id' => 1, 'config_currency' => 'USD', 'config_stock_status_id' => 7, 'config_weight_class_id' => 1,
            'config_length_class_id' => 1);
        return isset($settings[$name]) ? $settings[$name] : null;
    }
}

class HarnessCache
{
    public function delete($name)
    {
        // A cache of the shop's own may complain, and that is not the module's business.
        trigger_error('the cache has no ' . $name, E_USER_WARNING);
    }
}

class HarnessRegistry
{
    private $things = array();

    public function get($name)
    {
        return isset($this->things[$name]) ? $this->things[$name] : null;
    }

    public function set($name, $thing)
    {
        $this->things[$name] = $thing;
    }
}

class HarnessLoader
{
    private $registry;

    public function __construct(HarnessRegistry $registry)
    {
        $this->registry = $registry;
    }

    public function model($route)
    {
        if ($route !== 'checkout/order') {
            throw new \Exception('Error: Could not load model ' . $route . '!');
        }
        $this->registry->set('model_checkout_order', IS_4 ? new HarnessOrders4($this->registry) : new HarnessOrders($this->registry));
    }
}

/** Moves an order, and its goods off the shelf or back. */
class HarnessOrderModel
{
    private $db;

    public function __construct(HarnessRegistry $registry)
    {
        $this->db = $registry->get('db');
    }

    protected function move($order_id, $status_id, $comment, $notify)
    {
        $order = $this->db->query('SELECT * FROM oc_order WHERE order_id = ' . (int)$order_id)->row;
        if (!$order) {
            return;
        }
        // What extensions do meanwhile: they print and they complain.
        echo 'a mail was sent';
        trigger_error('Undefined array key "voucher"', E_USER_WARNING);
        $takes = array(1, 2, 3, 5, 12);
        $sign = (int)in_array($order['order_status_id'], $takes) - (int)in_array($status_id, $takes);
        foreach ($this->db->query('SELECT * FROM oc_order_product WHERE order_id = ' . (int)$order_id)->rows as $line) {
            $this->db->query('UPDATE oc_product SET quantity = quantity + ' . $sign * $line['quantity'] . ' WHERE product_id = '
                . (int)$line['product_id'] . ' AND subtract = 1');
        }
        // 4.1 leaves `date_modified` as it is.
        $touched = substr(VERSION, 0, 3) === '4.1' ? '' : ', date_modified = NOW()';
        $this->db->query('UPDATE oc_order SET order_status_id = ' . (int)$status_id . $touched . ' WHERE order_id = ' . (int)$order_id);
        $this->db->query('INSERT INTO oc_order_history (order_id, order_status_id, notify, comment, date_added) VALUES (' . (int)$order_id
            . ', ' . (int)$status_id . ', ' . (int)$notify . ", '" . $this->db->escape($comment) . "', NOW())");
    }
}

class HarnessOrders extends HarnessOrderModel
{
    public function addOrderHistory($order_id, $status_id, $comment = '', $notify = false, $override = false)
    {
        $this->move($order_id, $status_id, $comment, $notify);
    }
}

class HarnessOrders4 extends HarnessOrderModel
{
    public function addHistory(int $order_id, int $status_id, string $comment = '', bool $notify = false, bool $override = false): void
    {
        $this->move($order_id, $status_id, $comment, $notify);
    }
}

class HarnessController
{
    protected $registry;

    public function __construct($registry)
    {
        $this->registry = $registry;
    }
}

class_alias('HarnessController', IS_4 ? 'Opencart\System\Engine\Controller' : 'Controller');

// OpenCart turns warnings into text before the answer; what the module does must not depend on it.
ini_set('display_errors', '1');
error_reporting(E_ALL);

$place = getenv('OPENCART_PLACE') ?: 'apizs/sync';
if (!isset($_GET['route']) || $_GET['route'] !== $place) {
    http_response_code(404);
    header('Content-Type: text/html; charset=utf-8');
    echo '<html><title>The page you requested cannot be found!</title></html>';
    return;
}
$registry = new HarnessRegistry();
$registry->set('db', getenv('OPENCART_DRIVER') === 'pdo' ? new HarnessPdo() : new HarnessDatabase());
$registry->set('config', new HarnessConfig());
$registry->set('cache', new HarnessCache());
$registry->set('load', new HarnessLoader($registry));
// In a shop a deprecation is passed over; here it is a failure.
$source = file_get_contents(__DIR__ . '/../../src/shop/opencart_module/sync.php');
$strict = str_replace('array(E_DEPRECATED, E_USER_DEPRECATED)', 'array()', $source, $n_replaced);
if ($n_replaced !== 1) {
    throw new \Exception('the module passes over deprecations in another way');
}
$file = getenv('OPENCART_IMAGES') . '/sync-' . sha1($source) . '.php';
if (!is_file($file)) {
    file_put_contents($file . getmypid(), $strict);
    rename($file . getmypid(), $file);
}
require $file;
$old_class = $place === 'apizs/sync' ? 'ControllerApizsSync' : 'ControllerExtensionApizsSync';
$class = IS_4 ? 'Opencart\Catalog\Controller\Apizs\Sync' : $old_class;
$controller = new $class($registry);
$controller->index();
