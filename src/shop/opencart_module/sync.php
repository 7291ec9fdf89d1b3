<?php
/**
 * The shop's side of obmen's exchange with 1C: one file for OpenCart 2.3, 3.0, 4.0 and 4.1.
 *
 * Installed as `catalog/controller/apizs/sync.php`, reached as
 * `index.php?route=apizs/sync&call=CALL`. The folder's name begins with `api`, so that it
 * answers during maintenance, and is not `api`, which 4.x reserves for sessions of its own.
 * The installers of 2.3 and 3.0 can put it only into `catalog/controller/extension/apizs/sync.php`;
 * there the route is `extension/apizs/sync`, and maintenance silences it.
 *
 * Every call is a POST with a JSON object and is signed with the key of an API user
 * (see `Gate`). Every answer is JSON, and its HTTP status means what it says.
 * CONTRACT.md beside this file's source describes all calls.
 *
 * The syntax is that of PHP 5.6, because that is what old shops run on. Values reach SQL in
 * three ways only: `(int)`, a decimal that `Check` has matched digit by digit, or `Database::quote`.
 */

namespace Apizs {

    const MODULE_VERSION = '1.2.1';
    const CONTRACT = 1;

    /** What a call is refused with. The message never holds SQL or a path. */
    class Refusal extends \Exception
    {
        public $status;
        public $reason;
        public $details;

        public function __construct($status, $reason, $message, array $details = array())
        {
            parent::__construct($message);
            $this->status = $status;
            $this->reason = $reason;
            $this->details = $details;
        }
    }

    /** Why one row is rejected; the others go on. */
    class RowFault extends \Exception
    {
    }

    /** Reads values of a request. What passes here may be written into SQL. */
    class Check
    {
        /** The decimal in one canonical form with all its places, or null. */
        public static function decimal($value, $n_digits, $n_places)
        {
            if (!is_string($value) && !is_int($value)) {
                return null;
            }
            $pattern = '/^(-?)0*(\d{1,' . (int)$n_digits . '})(?:\.(\d{1,' . (int)$n_places . '}))?$/D';
            if (!preg_match($pattern, (string)$value, $part)) {
                return null;
            }
            $places = str_pad(isset($part[3]) ? $part[3] : '', $n_places, '0');
            $number = $part[2] . '.' . $places;
            return trim($number, '0.') === '' ? $number : $part[1] . $number;
        }

        public static function price($row, $field)
        {
            $price = self::decimal(self::of($row, $field), 11, 4);
            if ($price === null || $price[0] === '-') {
                throw new RowFault('`' . $field . '` is no price: up to 11 digits and 4 decimal places, as text');
            }
            return $price;
        }

        /** A whole number that an `int` column holds. */
        public static function whole($row, $field)
        {
            $value = self::of($row, $field);
            if ((!is_string($value) && !is_int($value)) || !preg_match('/^-?\d{1,10}$/D', (string)$value)
                || (float)$value > 2147483647 || (float)$value < -2147483648) {
                throw new RowFault('`' . $field . '` is no whole number of 32 bits');
            }
            return (int)$value;
        }

        public static function id($value)
        {
            $is_number = (is_int($value) && $value > 0) || (is_string($value) && preg_match('/^[1-9]\d{0,9}$/D', $value));
            return $is_number && (float)$value <= 2147483647 ? (int)$value : null;
        }

        /** A text as people write it, that fits its column once it is escaped. */
        public static function text($row, $field, $max, $keeps_emoji, $is_long = false)
        {
            $value = self::of($row, $field);
            if (!is_string($value)) {
                throw new RowFault('`' . $field . '` is no text');
            }
            $value = trim($value);
            if (preg_match($is_long ? '/[\x00-\x08\x0B\x0C\x0E-\x1F\x7F]/' : '/[\x00-\x1F\x7F]/', $value)) {
                throw new RowFault('`' . $field . '` holds control characters');
            }
            if (!$keeps_emoji && preg_match('/[\x{10000}-\x{10FFFF}]/u', $value)) {
                throw new RowFault('`' . $field . '` holds characters that the shop\'s database cannot store');
            }
            if (Text::length(Text::stored($value)) > $max) {
                throw new RowFault('`' . $field . '` is longer than ' . $max . ' characters');
            }
            return $value;
        }

        public static function date($value, $field)
        {
            if ($value === null || $value === '') {
                return '0000-00-00';
            }
            if (!is_string($value) || !preg_match('/^(\d{4})-(\d{2})-(\d{2})$/D', $value, $part)
                || !checkdate((int)$part[2], (int)$part[3], (int)$part[1])) {
                throw new RowFault('`' . $field . '` is no date like 2026-12-31');
            }
            return $value;
        }

        public static function of($row, $field)
        {
            return is_array($row) && array_key_exists($field, $row) ? $row[$field] : null;
        }
    }

    /** Texts are plain on the wire and escaped in the database, as the admin panel stores them. */
    class Text
    {
        public static function stored($text)
        {
            return htmlspecialchars($text, ENT_COMPAT, 'UTF-8');
        }

        public static function plain($stored)
        {
            return $stored === null ? '' : htmlspecialchars_decode((string)$stored, ENT_QUOTES);
        }

        public static function length($text)
        {
            return (int)preg_match_all('/./us', $text);
        }

        /** Without the case of its letters, for comparing names. */
        public static function folded($text)
        {
            return function_exists('mb_strtolower') ? mb_strtolower($text, 'UTF-8') : strtolower($text);
        }
    }

    /** The shop's database connection, with the few things that differ between versions looked up. */
    class Database
    {
        const REQUESTS = 'apizs_request';
        const LINKS = 'apizs_link';
        const PRICES = 'apizs_price';
        /** Statements stay far below the smallest `max_allowed_packet` in use, 1 MB. */
        const MAX_STATEMENT = 262144;

        private $db;
        private $tables = null;
        private $columns = array();
        private $engine = null;
        private $emoji = null;
        private $escapes = null;
        private $has_numbers = null;

        public function __construct($db)
        {
            $this->db = $db;
        }

        public function run($sql)
        {
            return $this->db->query($sql);
        }

        /** Numbers are texts in them, whatever the driver makes of them. */
        public function rows($sql)
        {
            $result = $this->db->query($sql);
            $rows = is_object($result) && isset($result->rows) ? $result->rows : array();
            $this->meet_driver();
            if ($this->has_numbers) {
                foreach ($rows as &$row) {
                    foreach ($row as &$value) {
                        $value = is_int($value) || is_float($value) ? (string)$value : $value;
                    }
                    unset($value);
                }
                unset($row);
            }
            return $rows;
        }

        public function row($sql)
        {
            $rows = $this->rows($sql);
            return $rows ? $rows[0] : null;
        }

        public function value($sql)
        {
            $row = $this->row($sql);
            return $row ? reset($row) : null;
        }

        /**
         * A literal that stands as it is in any statement, as often as it is wanted. The driver `pdo` of
         * OpenCart 4 does not escape: it keeps the value for the very next statement and returns the name
         * of a place in it. There the text is written in digits, which need no escaping. `SHOW … LIKE`
         * takes no such literal.
         */
        public function quote($value)
        {
            $this->meet_driver();
            return $this->escapes ? "'" . $this->db->escape((string)$value) . "'" : "_utf8mb4 X'" . bin2hex((string)$value) . "'";
        }

        /** Tries what the driver does, since its name in the configuration says it for no version. */
        private function meet_driver()
        {
            if ($this->escapes === null) {
                $text = $this->db->escape('a');
                // A value that is kept for the next statement goes into this one.
                $result = $this->db->query("SELECT '" . $text . "' AS word, 1 AS number");
                $this->escapes = $text === 'a';
                $this->has_numbers = !is_string($result->row['number']);
            }
        }

        public function n_changed()
        {
            return (int)$this->db->countAffected();
        }

        public function last_id()
        {
            return (int)$this->db->getLastId();
        }

        /** A table's quoted name; `$name` is always a word of this file. */
        public function table($name)
        {
            return '`' . DB_PREFIX . $name . '`';
        }

        public function has($name)
        {
            if ($this->tables === null) {
                $this->tables = array();
                $pattern = $this->quote(addcslashes(DB_PREFIX, '\\_%') . '%');
                foreach ($this->rows('SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name LIKE '
                    . $pattern) as $row) {
                    $this->tables[reset($row)] = true;
                }
            }
            return isset($this->tables[DB_PREFIX . $name]);
        }

        /** Column names of a table. */
        public function columns($table)
        {
            if (!isset($this->columns[$table])) {
                $this->columns[$table] = array();
                foreach ($this->rows('SHOW COLUMNS FROM ' . $this->table($table)) as $row) {
                    $this->columns[$table][$row['Field']] = true;
                }
            }
            return $this->columns[$table];
        }

        /** What of `$values` the table has columns for; versions differ in them. */
        private function known($table, array $values)
        {
            return array_intersect_key($values, $this->columns($table));
        }

        private function literal($value)
        {
            return is_int($value) ? (string)$value : $this->quote($value);
        }

        public function insert($table, array $values)
        {
            $known = $this->known($table, $values);
            $names = '`' . implode('`, `', array_keys($known)) . '`';
            $literals = implode(', ', array_map(array($this, 'literal'), $known));
            $this->run('INSERT INTO ' . $this->table($table) . ' (' . $names . ') VALUES (' . $literals . ')');
            return $this->last_id();
        }

        public function update($table, $key, $id, array $values)
        {
            $parts = array();
            foreach ($this->known($table, $values) as $name => $value) {
                $parts[] = '`' . $name . '` = ' . $this->literal($value);
            }
            if ($parts) {
                $this->run('UPDATE ' . $this->table($table) . ' SET ' . implode(', ', $parts)
                    . ' WHERE `' . $key . '` = ' . (int)$id);
            }
        }

        /** Inserts ready-made tuples in as few statements as fit. */
        public function insert_tuples($table_and_columns, array $tuples, $verb = 'INSERT INTO ')
        {
            $head = $verb . $table_and_columns . ' VALUES ';
            $part = '';
            foreach ($tuples as $tuple) {
                if ($part !== '' && strlen($part) + strlen($tuple) > self::MAX_STATEMENT) {
                    $this->run($head . $part);
                    $part = '';
                }
                $part .= ($part === '' ? '' : ',') . $tuple;
            }
            if ($part !== '') {
                $this->run($head . $part);
            }
        }

        /** Rows whose `$column` is one of the ids; `$select` ends before the condition. */
        public function rows_in($select, $column, array $ids)
        {
            $found = array();
            foreach (array_chunk($ids, 5000) as $part) {
                $list = implode(',', array_map('intval', $part));
                foreach ($this->rows($select . ' ' . $column . ' IN (' . $list . ')') as $row) {
                    $found[] = $row;
                }
            }
            return $found;
        }

        public function rows_in_texts($select, $column, array $texts)
        {
            $found = array();
            foreach (array_chunk($texts, 500) as $part) {
                $list = implode(',', array_map(array($this, 'quote'), $part));
                foreach ($this->rows($select . ' ' . $column . ' IN (' . $list . ')') as $row) {
                    $found[] = $row;
                }
            }
            return $found;
        }

        /** A fresh temporary table and its quoted name. */
        public function temporary($name, $definition)
        {
            $table = $this->table($name);
            $this->run('DROP TEMPORARY TABLE IF EXISTS ' . $table);
            $this->run('CREATE TEMPORARY TABLE ' . $table . ' (' . $definition . ')');
            return $table;
        }

        /** Whether what is written can be taken back: shops up to 3.0 are installed with MyISAM. */
        public function is_transactional()
        {
            if ($this->engine === null) {
                $status = $this->row('SHOW TABLE STATUS WHERE Name = ' . $this->quote(DB_PREFIX . 'product'));
                $this->engine = $status ? strtolower((string)$status['Engine']) : '';
            }
            return $this->engine === 'innodb';
        }

        /** Whether texts may hold characters of four bytes; switches the connection to them where the tables can. */
        public function keeps_emoji()
        {
            if ($this->emoji === null) {
                $collation = $this->collation('product_description', 'name');
                $this->emoji = strpos($collation, 'utf8mb4') === 0;
                if ($this->emoji && $this->value('SELECT @@character_set_connection') !== 'utf8mb4') {
                    $this->run('SET NAMES utf8mb4');
                }
            }
            return $this->emoji;
        }

        public function collation($table, $column)
        {
            $row = $this->row('SHOW FULL COLUMNS FROM ' . $this->table($table) . ' WHERE Field = ' . $this->quote($column));
            $collation = $row ? (string)$row['Collation'] : '';
            return preg_match('/^[a-z0-9]+_[a-z0-9_]+$/D', $collation) ? $collation : 'utf8_general_ci';
        }

        /** The tables of this module, made once. */
        public function prepare()
        {
            if (!$this->has(self::REQUESTS)) {
                $this->run('CREATE TABLE IF NOT EXISTS ' . $this->table(self::REQUESTS) . ' ('
                    . 'request_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY, '
                    . 'digest CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, '
                    . 'expires INT UNSIGNED NOT NULL, answer MEDIUMBLOB NULL, KEY expires (expires)) ENGINE=InnoDB');
                $this->tables = null;
            }
            if (!$this->has(self::LINKS)) {
                $this->run('CREATE TABLE IF NOT EXISTS ' . $this->table(self::LINKS) . ' ('
                    . 'kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, '
                    . 'foreign_id VARCHAR(120) CHARACTER SET utf8 COLLATE utf8_bin NOT NULL, '
                    . 'local_id INT UNSIGNED NOT NULL, PRIMARY KEY (kind, foreign_id), KEY local_id (kind, local_id)) ENGINE=InnoDB');
                $this->tables = null;
            }
            if (!$this->has(self::PRICES)) {
                $this->run('CREATE TABLE IF NOT EXISTS ' . $this->table(self::PRICES) . ' ('
                    . 'kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, product_id INT NOT NULL, '
                    . 'customer_group_id INT NOT NULL, row_id INT NULL, price DECIMAL(15,4) NOT NULL, '
                    . 'date_start VARCHAR(10) CHARACTER SET ascii NOT NULL, date_end VARCHAR(10) CHARACTER SET ascii NOT NULL, '
                    . 'PRIMARY KEY (kind, product_id, customer_group_id), KEY row_id (row_id)) ENGINE=InnoDB');
                $this->tables = null;
            }
        }

        /** What the module remembers of 1C's ids: foreign id to local id. */
        public function links($kind, array $foreign_ids)
        {
            $select = 'SELECT foreign_id, local_id FROM ' . $this->table(self::LINKS)
                . ' WHERE kind = ' . $this->quote($kind) . ' AND';
            $found = array();
            foreach ($this->rows_in_texts($select, 'foreign_id', $foreign_ids) as $row) {
                $found[$row['foreign_id']] = (int)$row['local_id'];
            }
            return $found;
        }

        /** The other way round: local id to foreign id, of these or of all. */
        public function foreign_ids($kind, $local_ids = null)
        {
            $select = 'SELECT foreign_id, local_id FROM ' . $this->table(self::LINKS) . ' WHERE kind = ' . $this->quote($kind);
            $rows = $local_ids === null ? $this->rows($select) : $this->rows_in($select . ' AND', 'local_id', $local_ids);
            $found = array();
            foreach ($rows as $row) {
                $found[(int)$row['local_id']] = $row['foreign_id'];
            }
            return $found;
        }

        public function link($kind, $foreign_id, $local_id)
        {
            $this->run('REPLACE INTO ' . $this->table(self::LINKS) . ' (kind, foreign_id, local_id) VALUES ('
                . $this->quote($kind) . ', ' . $this->quote($foreign_id) . ', ' . (int)$local_id . ')');
        }
    }

    /**
     * Lets a call in, or refuses it.
     *
     * `X-Obmen-Signature` is the hex HMAC-SHA256, under the API user's key, of these lines
     * joined by `\n`: `obmen1`, `POST`, call, `store_id` of the query (or nothing), time,
     * request id, hex SHA-256 of the body.
     */
    class Gate
    {
        /** How far the two clocks may be apart, in seconds. */
        const WINDOW = 300;

        private $database;

        public function __construct(Database $database)
        {
            $this->database = $database;
        }

        /** Returns the id of the API user. Who cannot sign learns nothing but that. */
        public function let_in($call, $body, $request_id)
        {
            $user = $this->header('USER');
            $time = $this->header('TIME');
            $signature = $this->header('SIGNATURE');
            $store = isset($_GET['store_id']) && is_string($_GET['store_id']) ? $_GET['store_id'] : '';
            if (!preg_match('/^\d{1,12}$/D', $time) || !preg_match('/^[0-9a-f]{64}$/D', $signature)
                || !preg_match('/^\d{0,10}$/D', $store)) {
                throw new Refusal(401, 'credentials', 'the call is not signed');
            }
            // Nothing of the query may say more than has been signed: OpenCart takes `store_id[]=x` for store 1.
            if ((isset($_GET['store_id']) && !is_string($_GET['store_id'])) || isset($_GET['language'])) {
                throw new Refusal(401, 'credentials', 'the call is not signed');
            }
            $text = implode("\n", array('obmen1', 'POST', $call, $store, $time, $request_id, hash('sha256', $body)));
            $api_id = $this->signer($user, $text, $signature);
            if ($api_id === null) {
                throw new Refusal(401, 'credentials', 'the API user is unknown or disabled, or its key is another');
            }
            if (abs(time() - (float)$time) > self::WINDOW) {
                throw new Refusal(401, 'clock', 'the two clocks are too far apart', array('time' => time()));
            }
            $this->check_address($api_id);
            return $api_id;
        }

        private function header($name)
        {
            $key = 'HTTP_X_OBMEN_' . $name;
            return isset($_SERVER[$key]) && is_string($_SERVER[$key]) ? $_SERVER[$key] : '';
        }

        /** 2.3 has no user names; there any enabled key that fits will do. Every key is tried, in constant time each. */
        private function signer($user, $text, $signature)
        {
            $has_names = isset($this->database->columns('api')['username']);
            $found = null;
            $users = $this->database->rows('SELECT * FROM ' . $this->database->table('api') . ' WHERE status = 1');
            foreach ($users as $row) {
                $key = Text::plain($row['key']);
                $expected = hash_hmac('sha256', $text, $key);
                $is_user = !$has_names || hash_equals(Text::plain($row['username']), $user);
                if (hash_equals($expected, $signature) && $is_user && $key !== '') {
                    $found = (int)$row['api_id'];
                }
            }
            return $found;
        }

        /** The peer's own address. A header such as `X-Forwarded-For` is whatever the peer cares to write. */
        private function check_address($api_id)
        {
            $address = isset($_SERVER['REMOTE_ADDR']) ? (string)$_SERVER['REMOTE_ADDR'] : '';
            $ips = $this->database->rows('SELECT ip FROM ' . $this->database->table('api_ip')
                . ' WHERE api_id = ' . (int)$api_id);
            foreach ($ips as $row) {
                if (trim($row['ip']) === $address && $address !== '') {
                    return;
                }
            }
            throw new Refusal(403, 'address', 'this address is not in the list of the API user', array('ip' => $address));
        }
    }

    /** What became of each row of a batch. */
    class Report
    {
        private $rows;

        public function __construct($n_rows)
        {
            $this->rows = $n_rows > 0 ? array_fill(0, $n_rows, array('is' => 'unchanged')) : array();
        }

        public function put($n, $is, array $more = array())
        {
            $this->rows[$n] = array('is' => $is) + $more;
        }

        public function reject($n, $why)
        {
            $this->put($n, 'rejected', array('why' => $why));
        }

        public function answer()
        {
            $counts = array('applied' => 0, 'unchanged' => 0, 'unknown' => 0, 'ambiguous' => 0, 'rejected' => 0);
            foreach ($this->rows as $row) {
                $counts[$row['is']]++;
            }
            return $counts + array('rows' => $this->rows);
        }
    }

    /** Finds the products that rows speak of. */
    class Finder
    {
        private $database;

        public function __construct(Database $database)
        {
            $this->database = $database;
        }

        /** 4.1 keeps articles in a table of their own; 4.1.0.1 to 4.1.0.3 have the dead old column, too. */
        public function has_codes()
        {
            return $this->database->has('product_code');
        }

        /** SQL for the articles of `product p`: what to select, and what to join. */
        public function sku_sql()
        {
            if (!$this->has_codes()) {
                return array('p.sku', '');
            }
            return array('pc.value', ' LEFT JOIN ' . $this->database->table('product_code')
                . " pc ON pc.product_code_id = (SELECT MIN(x.product_code_id) FROM " . $this->database->table('product_code')
                . " x WHERE x.product_id = p.product_id AND x.code = 'SKU')");
        }

        /**
         * Names each row's product by `id`, `guid` or `sku`: row number to product id. Rows that
         * name none, or more than one, are written into the report instead.
         *
         * One statement looks for all articles: the column has no index, so that each
         * statement reads the whole table.
         */
        public function find(array $rows, Report $report, $unknown = 'unknown')
        {
            $ids = $guids = $skus = array();
            foreach ($rows as $n => $row) {
                $id = Check::of($row, 'id');
                $guid = Check::of($row, 'guid');
                $sku = Check::of($row, 'sku');
                if ($id !== null) {
                    $ids[$n] = Check::id($id);
                    if ($ids[$n] === null) {
                        unset($ids[$n]);
                        $report->reject($n, '`id` is no product number');
                    }
                } elseif (is_string($guid) && $guid !== '' && strlen($guid) <= 120) {
                    $guids[$n] = $guid;
                } elseif (is_string($sku) && trim($sku) !== '') {
                    $this->take_article($n, $row, $skus, $report);
                } else {
                    $report->reject($n, 'it names no product: `id`, `guid` or `sku`');
                }
            }
            $found = $this->by_id($ids) + $this->by_guid($guids);
            foreach (array_diff_key($ids + $guids, $found) as $n => $_) {
                $sku = Check::of($rows[$n], 'sku');
                if (isset($guids[$n]) && is_string($sku) && trim($sku) !== '') {
                    $this->take_article($n, $rows[$n], $skus, $report);
                } else {
                    $report->put($n, $unknown);
                }
            }
            foreach ($this->by_sku($skus) as $n => $matches) {
                if (count($matches) === 1) {
                    $found[$n] = $matches[0];
                } else {
                    $report->put($n, $matches ? 'ambiguous' : $unknown);
                }
            }
            ksort($found);
            return $this->without_twins($found, $report);
        }

        /** What the database would cut off or mangle could be the article of another product. */
        private function take_article($n, $row, array &$skus, Report $report)
        {
            try {
                $skus[$n] = Check::text($row, 'sku', 255, $this->database->keeps_emoji());
            } catch (RowFault $fault) {
                $report->reject($n, $fault->getMessage());
            }
        }

        /** Two rows about one product would fight; the first one counts. */
        private function without_twins(array $found, Report $report)
        {
            $seen = array();
            foreach ($found as $n => $id) {
                if (isset($seen[$id])) {
                    $report->reject($n, 'an earlier row of this batch is about the same product');
                    unset($found[$n]);
                }
                $seen[$id] = true;
            }
            return $found;
        }

        private function by_id(array $ids)
        {
            $known = array();
            $select = 'SELECT product_id FROM ' . $this->database->table('product') . ' WHERE';
            foreach ($this->database->rows_in($select, 'product_id', array_values($ids)) as $row) {
                $known[(int)$row['product_id']] = true;
            }
            return array_filter($ids, function ($id) use ($known) {
                return isset($known[$id]);
            });
        }

        private function by_guid(array $guids)
        {
            $links = $this->database->links('product', array_values($guids));
            $found = array();
            foreach ($guids as $n => $guid) {
                if (isset($links[$guid])) {
                    $found[$n] = $links[$guid];
                }
            }
            return $this->by_id($found);
        }

        /**
         * Row number to product ids. The database compares (without regard to case), but a product
         * whose article is the same to the letter is meant before others. Other programs store
         * quotes and ampersands unescaped, so both forms are looked for.
         */
        public function by_sku(array $skus)
        {
            if (!$skus) {
                return array();
            }
            $table = $this->has_codes() ? 'product_code' : 'product';
            $collation = $this->database->collation($table, $this->has_codes() ? 'value' : 'sku');
            $charset = substr($collation, 0, strpos($collation, '_'));
            $keys = $this->database->temporary('apizs_key', 'n INT UNSIGNED NOT NULL, value VARCHAR(255) CHARACTER SET '
                . $charset . ' COLLATE ' . $collation . ' NOT NULL, KEY value (value(64))');
            $tuples = array();
            $this->database->keeps_emoji();
            foreach ($skus as $n => $sku) {
                $stored = Text::stored($sku);
                $tuples[] = '(' . (int)$n . ',' . $this->database->quote($stored) . ')';
                if ($stored !== $sku) {
                    $tuples[] = '(' . (int)$n . ',' . $this->database->quote($sku) . ')';
                }
            }
            $this->database->insert_tuples($keys . ' (n, value)', $tuples);
            $exact = 'CAST(TRIM(k.value) AS BINARY) = CAST(TRIM(%1$s) AS BINARY) AS exact';
            if ($this->has_codes()) {
                $sql = 'SELECT k.n, c.product_id, ' . sprintf($exact, 'c.value') . ' FROM ' . $this->database->table('product_code')
                    . ' c STRAIGHT_JOIN ' . $keys . ' k ON k.value = c.value'
                    . ' JOIN ' . $this->database->table('product') . " p ON p.product_id = c.product_id WHERE c.code = 'SKU'";
            } else {
                $sql = 'SELECT k.n, p.product_id, ' . sprintf($exact, 'p.sku') . ' FROM ' . $this->database->table('product')
                    . ' p STRAIGHT_JOIN ' . $keys . ' k ON k.value = p.sku';
            }
            $all = $exactly = array_fill_keys(array_keys($skus), array());
            foreach ($this->database->rows($sql) as $row) {
                $all[$row['n']][(int)$row['product_id']] = (int)$row['product_id'];
                if ($row['exact']) {
                    $exactly[$row['n']][(int)$row['product_id']] = (int)$row['product_id'];
                }
            }
            foreach ($exactly as $n => $matches) {
                $all[$n] = array_values($matches ? $matches : $all[$n]);
            }
            return $all;
        }
    }

    /** Stock, prices, names: one value each for products that are there. */
    class Values
    {
        private $database;
        private $finder;

        public function __construct(Database $database, Finder $finder)
        {
            $this->database = $database;
            $this->finder = $finder;
        }

        public function stock(array $rows)
        {
            $report = new Report(count($rows));
            $wanted = array();
            foreach ($rows as $n => $row) {
                try {
                    $wanted[$n] = Check::whole($row, 'quantity');
                } catch (RowFault $fault) {
                    $report->reject($n, $fault->getMessage());
                }
            }
            $found = $this->finder->find(array_intersect_key($rows, $wanted), $report);
            $this->set_column('product', 'quantity', 'INT NOT NULL', '', $found, $wanted, $report);
            return $report->answer();
        }

        public function prices(array $rows)
        {
            $report = new Report(count($rows));
            $group_prices = new GroupPrices($this->database);
            $wanted = $prices = array();
            foreach ($rows as $n => $row) {
                try {
                    $wanted[$n] = array(
                        'special' => $group_prices->read($row, 'specials'),
                        'group_price' => $group_prices->read($row, 'group_prices'),
                    );
                    if (Check::of($row, 'price') !== null) {
                        $prices[$n] = Check::price($row, 'price');
                    } elseif (!$wanted[$n]['special'] && !$wanted[$n]['group_price']) {
                        throw new RowFault('it states no price');
                    }
                } catch (RowFault $fault) {
                    unset($wanted[$n]);
                    $report->reject($n, $fault->getMessage());
                }
            }
            $found = $this->finder->find(array_intersect_key($rows, $wanted), $report);
            $this->set_column('product', 'price', 'DECIMAL(15,4) NOT NULL', '',
                array_intersect_key($found, $prices), $prices, $report);
            foreach (array('special', 'group_price') as $kind) {
                $group_prices->set($kind, $found, $wanted, $report);
            }
            return $report->answer();
        }

        public function names(array $rows, $language_id)
        {
            $report = new Report(count($rows));
            $wanted = array();
            foreach ($rows as $n => $row) {
                try {
                    $name = Check::text($row, 'name', 255, $this->database->keeps_emoji());
                    if ($name === '') {
                        throw new RowFault('`name` is empty');
                    }
                    $wanted[$n] = Text::stored($name);
                } catch (RowFault $fault) {
                    $report->reject($n, $fault->getMessage());
                }
            }
            $found = $this->finder->find(array_intersect_key($rows, $wanted), $report);
            $this->set_column('product_description', 'name', 'VARCHAR(255) CHARACTER SET utf8mb4 NOT NULL',
                ' AND x.language_id = ' . (int)$language_id, $found, $wanted, $report);
            return $report->answer();
        }

        /** Compares with what is there, and writes what differs by one join with a temporary table. */
        private function set_column($table, $column, $type, $condition, array $found, array $wanted, Report $report)
        {
            if (!$found) {
                return;
            }
            $name = $this->database->table($table);
            $new = $this->database->temporary('apizs_new', 'id INT UNSIGNED NOT NULL PRIMARY KEY, value ' . $type);
            $tuples = array();
            foreach ($found as $n => $id) {
                $tuples[] = '(' . (int)$id . ',' . (is_int($wanted[$n]) ? $wanted[$n] : $this->database->quote($wanted[$n])) . ')';
            }
            $this->database->insert_tuples($new . ' (id, value)', $tuples);
            $differs = $column === 'name' ? 'CAST(x.name AS BINARY) <> CAST(t.value AS BINARY)' : 'x.`' . $column . '` <> t.value';
            $rows = $this->database->rows('SELECT t.id, (' . $differs . ' OR x.`' . $column . '` IS NULL) AS differs FROM '
                . $new . ' t JOIN ' . $name . ' x ON x.product_id = t.id' . $condition);
            $state = array();
            foreach ($rows as $row) {
                $state[(int)$row['id']] = (bool)$row['differs'];
            }
            foreach ($found as $n => $id) {
                if (!isset($state[$id])) {
                    $report->reject($n, 'the product has no text in this language');
                } elseif ($state[$id]) {
                    $report->put($n, 'applied');
                }
            }
            if (in_array(true, $state, true)) {
                $touched = isset($this->database->columns($table)['date_modified']) ? ', x.date_modified = NOW()' : '';
                $this->database->run('UPDATE ' . $name . ' x JOIN ' . $new . ' t ON x.product_id = t.id' . $condition
                    . ' SET x.`' . $column . '` = t.value' . $touched . ' WHERE ' . $differs . ' OR x.`' . $column . '` IS NULL');
            }
        }
    }

    /**
     * Prices of customer groups, and specials. The module keeps what it has set, because the admin
     * panel writes all such rows of a product anew, under new numbers, whenever somebody saves it.
     */
    class GroupPrices
    {
        private $database;
        private $groups = null;

        public function __construct(Database $database)
        {
            $this->database = $database;
        }

        /** `[{"group": 1, "price": "9.90", "from": null, "to": null}]`; a price of null takes it away. */
        public function read($row, $field)
        {
            $list = Check::of($row, $field);
            if ($list === null) {
                return array();
            }
            if (!is_array($list) || count($list) > 50) {
                throw new RowFault('`' . $field . '` is no list of up to 50 prices');
            }
            $read = array();
            $known = $this->customer_groups();
            foreach ($list as $entry) {
                $group = Check::id(Check::of($entry, 'group'));
                if ($group === null || array_key_exists($group, $read) || !isset($known[$group])) {
                    throw new RowFault('`' . $field . '` names a customer group twice, or one that is not there');
                }
                $price = Check::of($entry, 'price') === null ? null : Check::price($entry, 'price');
                $from = Check::date(Check::of($entry, 'from'), 'from');
                $to = Check::date(Check::of($entry, 'to'), 'to');
                if ($to !== '0000-00-00' && $to < $from) {
                    throw new RowFault('`' . $field . '` ends before it begins');
                }
                $read[$group] = $price === null ? null : array($price, $from, $to);
            }
            return $read;
        }

        private function customer_groups()
        {
            if ($this->groups === null) {
                $this->groups = array();
                foreach ($this->database->rows('SELECT customer_group_id FROM ' . $this->database->table('customer_group')) as $row) {
                    $this->groups[(int)$row['customer_group_id']] = true;
                }
            }
            return $this->groups;
        }

        /** `$wanted`: row number to what `read` gave; `$found`: row number to product. */
        public function set($kind, array $found, array $wanted, Report $report)
        {
            // 4.1 keeps both kinds in one table, whose defaults mean "percent off" and "never".
            $is_merged = !$this->database->has('product_special');
            $table = $kind === 'special' && !$is_merged ? 'product_special' : 'product_discount';
            $key = $table . '_id';
            $rows = $this->database->table($table);
            $kept = $this->database->table(Database::PRICES);
            $is_kind = $is_merged ? ' AND x.special = ' . ($kind === 'special' ? 1 : 0) : '';
            $wish = $this->wish($kind, $found, $wanted);
            if ($wish === null) {
                return;
            }
            $own = ' t JOIN ' . $kept . " m ON m.kind = '" . $kind . "' AND m.product_id = t.product_id AND m.customer_group_id = t.customer_group_id";
            $this->attach($wish . $own, $rows, $key, $is_kind);
            $differs = "(x.price <> t.price OR COALESCE(x.date_start, '') <> t.date_start OR COALESCE(x.date_end, '') <> t.date_end)";
            $states = $this->database->rows('SELECT t.n, t.price IS NULL AS is_gone, x.' . $key . ' IS NULL AS is_absent, ' . $differs
                . ' AS differs FROM ' . $wish . str_replace(' t JOIN ', ' t LEFT JOIN ', $own) . ' LEFT JOIN ' . $rows . ' x ON x.' . $key . ' = m.row_id');
            foreach ($states as $state) {
                if ($state['is_gone'] ? !$state['is_absent'] : ($state['is_absent'] || $state['differs'])) {
                    $report->put((int)$state['n'], 'applied');
                }
            }
            $this->database->run('DELETE x FROM ' . $rows . ' x JOIN ' . $kept . " m ON m.kind = '" . $kind . "' AND x." . $key
                . ' = m.row_id JOIN ' . $wish . ' t ON t.product_id = m.product_id AND t.customer_group_id = m.customer_group_id WHERE t.price IS NULL');
            $this->database->run('DELETE m FROM ' . $kept . ' m JOIN ' . $wish
                . " t ON m.kind = '" . $kind . "' AND t.product_id = m.product_id AND t.customer_group_id = m.customer_group_id WHERE t.price IS NULL");
            // Written down first: without transactions, a batch that is begun again finds what it has made.
            $this->database->run('INSERT INTO ' . $kept . " (kind, product_id, customer_group_id, price, date_start, date_end) SELECT '"
                . $kind . "', product_id, customer_group_id, price, date_start, date_end FROM " . $wish
                . ' WHERE price IS NOT NULL ON DUPLICATE KEY UPDATE price = VALUES(price), date_start = VALUES(date_start), date_end = VALUES(date_end)');
            $this->database->run('UPDATE ' . $wish . $own . ' JOIN ' . $rows . ' x ON x.' . $key . ' = m.row_id SET x.price = t.price, '
                . 'x.date_start = t.date_start, x.date_end = t.date_end WHERE ' . $differs);
            $this->add($table, $is_merged, $kind, $wish . $own);
            $this->attach($wish . $own, $rows, $key, $is_kind);
        }

        private function wish($kind, array $found, array $wanted)
        {
            $tuples = array();
            foreach ($found as $n => $product) {
                foreach ($wanted[$n][$kind] as $group => $values) {
                    $literals = $values === null ? array('NULL', "''", "''") : array_map(array($this->database, 'quote'), $values);
                    $tuples[] = '(' . (int)$n . ',' . (int)$product . ',' . (int)$group . ',' . implode(',', $literals) . ')';
                }
            }
            if (!$tuples) {
                return null;
            }
            $wish = $this->database->temporary('apizs_wish', 'n INT NOT NULL, product_id INT NOT NULL, customer_group_id INT NOT NULL, '
                . 'price DECIMAL(15,4) NULL, date_start VARCHAR(10) CHARACTER SET ascii NOT NULL, date_end VARCHAR(10) CHARACTER SET ascii NOT NULL, '
                . 'PRIMARY KEY (product_id, customer_group_id)');
            $this->database->insert_tuples($wish . ' (n, product_id, customer_group_id, price, date_start, date_end)', $tuples);
            return $wish;
        }

        /** A row that goes by another number now is known by what it says. */
        private function attach($wish_and_own, $rows, $key, $is_kind)
        {
            $this->database->run('UPDATE ' . $wish_and_own . ' LEFT JOIN ' . $rows . ' x ON x.' . $key . ' = m.row_id AND x.product_id = m.product_id'
                . ' AND x.customer_group_id = m.customer_group_id' . $is_kind . ' SET m.row_id = (SELECT MAX(x.' . $key . ') FROM ' . $rows . ' x WHERE x.product_id = m.product_id'
                . ' AND x.customer_group_id = m.customer_group_id' . $is_kind . " AND x.price = m.price AND COALESCE(x.date_start, '') = m.date_start"
                . " AND COALESCE(x.date_end, '') = m.date_end) WHERE x." . $key . ' IS NULL');
        }

        private function add($table, $is_merged, $kind, $wish_and_own)
        {
            $columns = array('product_id' => 't.product_id', 'customer_group_id' => 't.customer_group_id', 'priority' => '1',
                'price' => 't.price', 'date_start' => 't.date_start', 'date_end' => 't.date_end');
            if ($table === 'product_discount') {
                $columns['quantity'] = '1';
            }
            if ($is_merged) {
                $columns += array('type' => "'F'", 'special' => $kind === 'special' ? '1' : '0');
            }
            $this->database->run('INSERT INTO ' . $this->database->table($table) . ' (`' . implode('`, `', array_keys($columns)) . '`) SELECT '
                . implode(', ', $columns) . ' FROM ' . $wish_and_own . ' WHERE t.price IS NOT NULL AND m.row_id IS NULL');
        }
    }

    /** Variants that are the values of a product's option: their stock, and what each costs. */
    class Options
    {
        private $database;
        private $finder;
        private $language_id;
        private $language_ids = array();

        public function __construct(Database $database, Finder $finder, array $languages, $language_id)
        {
            $this->database = $database;
            $this->finder = $finder;
            $this->language_id = (int)$language_id;
            foreach ($languages as $row) {
                $this->language_ids[] = (int)$row['language_id'];
            }
        }

        /** `$may_add`: what is not there is made; `$is_whole`: the product's own stock is the sum of its variants'. */
        public function set(array $rows, $may_add, $is_whole)
        {
            $report = new Report(count($rows));
            $read = array();
            foreach ($rows as $n => $row) {
                try {
                    $read[$n] = $this->read($row);
                } catch (RowFault $fault) {
                    $report->reject($n, $fault->getMessage());
                }
            }
            $found = $this->find(array_intersect_key($rows, $read), $read, $may_add, $report);
            if (!$found) {
                return $report->answer();
            }
            $variants = $this->database->temporary('apizs_variant', 'id INT UNSIGNED NOT NULL PRIMARY KEY, n INT NOT NULL, '
                . 'quantity INT NULL, price DECIMAL(15,4) NULL');
            $tuples = array();
            foreach ($found as $n => $id) {
                $tuples[] = '(' . (int)$id . ',' . (int)$n . ',' . ($read[$n]['quantity'] === null ? 'NULL' : (int)$read[$n]['quantity']) . ','
                    . ($read[$n]['price'] === null ? 'NULL' : $this->database->quote($read[$n]['price'])) . ')';
            }
            $this->database->insert_tuples($variants . ' (id, n, quantity, price)', $tuples);
            foreach ($this->changed($variants) as $row) {
                $report->put((int)$row['n'], 'applied');
            }
            $values = $this->database->table('product_option_value');
            $this->database->run('UPDATE ' . $values . ' v JOIN ' . $variants . ' t ON t.id = v.product_option_value_id'
                . ' SET v.quantity = t.quantity WHERE t.quantity IS NOT NULL AND (v.quantity <> t.quantity OR v.quantity IS NULL)');
            $options = $this->touched($variants);
            $this->set_prices($variants, $options);
            if ($is_whole) {
                $this->sum_up($options);
            }
            return $report->answer();
        }

        private function read($row)
        {
            $read = array(
                'quantity' => Check::of($row, 'quantity') === null ? null : Check::whole($row, 'quantity'),
                'price' => Check::of($row, 'price') === null ? null : Check::price($row, 'price'),
                'option' => null,
                'value' => null,
            );
            if ($read['quantity'] === null && $read['price'] === null) {
                throw new RowFault('it states neither `quantity` nor `price`');
            }
            if (Check::of($row, 'option_value_id') === null) {
                foreach (array('option', 'value') as $field) {
                    $read[$field] = Check::text($row, $field, 128, $this->database->keeps_emoji());
                    if ($read[$field] === '') {
                        throw new RowFault('`' . $field . '` is empty');
                    }
                }
            }
            return $read;
        }

        /** What a variant costs now, from the product's price and the option's part of it. */
        private static function price_sql()
        {
            return "(p.price + CASE v.price_prefix WHEN '-' THEN -v.price WHEN '=' THEN v.price - p.price ELSE COALESCE(v.price, 0) END)";
        }

        private function changed($variants)
        {
            return $this->database->rows('SELECT t.n FROM ' . $variants . ' t JOIN ' . $this->database->table('product_option_value')
                . ' v ON v.product_option_value_id = t.id JOIN ' . $this->database->table('product') . ' p ON p.product_id = v.product_id'
                . ' WHERE (t.quantity IS NOT NULL AND (v.quantity <> t.quantity OR v.quantity IS NULL))'
                . ' OR (t.price IS NOT NULL AND ' . self::price_sql() . ' <> t.price)');
        }

        /** The products' options that the variants belong to. */
        private function touched($variants)
        {
            $options = $this->database->temporary('apizs_option', 'id INT NOT NULL PRIMARY KEY, product_id INT NOT NULL, '
                . 'has_prices INT NOT NULL, base DECIMAL(15,4) NULL, KEY product_id (product_id)');
            $this->database->run('INSERT INTO ' . $options . ' (id, product_id, has_prices) SELECT v.product_option_id, MAX(v.product_id), '
                . 'SUM(t.price IS NOT NULL) FROM ' . $variants . ' t JOIN ' . $this->database->table('product_option_value')
                . ' v ON v.product_option_value_id = t.id GROUP BY v.product_option_id');
            return $options;
        }

        /**
         * The product costs what its cheapest variant does, and each value says how much more it
         * costs than that. Variants that the batch does not speak of keep their price.
         */
        private function set_prices($variants, $options)
        {
            if (!$this->database->value('SELECT MAX(has_prices) FROM ' . $options)) {
                return;
            }
            $values = $this->database->table('product_option_value');
            $products = $this->database->table('product');
            $all = $this->database->temporary('apizs_variant_price', 'id INT NOT NULL PRIMARY KEY, option_id INT NOT NULL, price DECIMAL(15,4) NOT NULL, KEY option_id (option_id)');
            $this->database->run('INSERT INTO ' . $all . ' (id, option_id, price) SELECT v.product_option_value_id, v.product_option_id, '
                . 'COALESCE(t.price, ' . self::price_sql() . ') FROM ' . $options . ' o JOIN ' . $values . ' v ON v.product_option_id = o.id JOIN '
                . $products . ' p ON p.product_id = v.product_id LEFT JOIN ' . $variants . ' t ON t.id = v.product_option_value_id WHERE o.has_prices > 0');
            $this->database->run('UPDATE ' . $options . ' o JOIN (SELECT option_id, MIN(price) AS base FROM ' . $all
                . ' GROUP BY option_id) f ON f.option_id = o.id SET o.base = f.base');
            $this->database->run('UPDATE ' . $values . ' v JOIN ' . $all . ' f ON f.id = v.product_option_value_id JOIN ' . $options
                . ' o ON o.id = f.option_id SET v.price = f.price - o.base, v.price_prefix = \'+\''
                . " WHERE v.price IS NULL OR v.price <> f.price - o.base OR v.price_prefix <> '+'");
            $this->database->run('UPDATE ' . $products . ' p JOIN ' . $options . ' o ON o.product_id = p.product_id'
                . ' SET p.price = o.base, p.date_modified = NOW() WHERE o.base IS NOT NULL AND p.price <> o.base');
        }

        private function sum_up($options)
        {
            $this->database->run('UPDATE ' . $this->database->table('product') . ' p JOIN (SELECT product_id, MIN(n) AS total FROM '
                . '(SELECT o.product_id, SUM(v.quantity) AS n FROM ' . $options . ' o JOIN ' . $this->database->table('product_option_value')
                . ' v ON v.product_option_id = o.id GROUP BY o.product_id, o.id) a GROUP BY product_id) s ON s.product_id = p.product_id SET p.quantity = s.total, p.date_modified = NOW() WHERE p.quantity <> s.total');
        }

        /** Row number to id of the option value: named by its id, or by product, option and value. */
        private function find(array $rows, array $read, $may_add, Report $report)
        {
            $ids = $named = array();
            foreach ($rows as $n => $row) {
                if ($read[$n]['option'] === null) {
                    $ids[$n] = (int)Check::id($row['option_value_id']);
                } else {
                    $named[$n] = $row;
                }
            }
            $known = array();
            foreach ($this->database->rows_in('SELECT product_option_value_id AS id FROM ' . $this->database->table('product_option_value')
                . ' WHERE', 'product_option_value_id', array_values($ids)) as $row) {
                $known[(int)$row['id']] = true;
            }
            $product_of = $this->products($named, $report);
            $present = $this->values_of(array_values(array_unique($product_of)));
            foreach ($product_of as $n => $product) {
                $key = self::key($product, $read[$n]['option'], $read[$n]['value']);
                if (!isset($present[$key]) && $may_add) {
                    $present[$key] = array($this->add($product, $read[$n]['option'], $read[$n]['value']));
                }
                if (!isset($present[$key]) || count($present[$key]) > 1) {
                    $report->put($n, isset($present[$key]) ? 'ambiguous' : 'unknown');
                    continue;
                }
                $ids[$n] = $present[$key][0];
                $known[$ids[$n]] = true;
            }
            $seen = $found = array();
            ksort($ids);
            foreach ($ids as $n => $id) {
                if (!isset($known[$id])) {
                    $report->put($n, 'unknown');
                } elseif (isset($seen[$id])) {
                    $report->reject($n, 'an earlier row of this batch is about the same option value');
                } else {
                    $found[$n] = $id;
                }
                $seen[$id] = true;
            }
            return $found;
        }

        /** Several values of one product are the usual case here, so each product is looked for once. */
        private function products(array $named, Report $report)
        {
            $alike = $first = array();
            foreach ($named as $n => $row) {
                $key = json_encode(array(Check::of($row, 'id'), Check::of($row, 'guid'), Check::of($row, 'sku')));
                $alike[$key][] = $n;
            }
            foreach ($alike as $numbers) {
                $first[$numbers[0]] = $named[$numbers[0]];
            }
            $looked_for = new Report($named ? max(array_keys($named)) + 1 : 0);
            $found = $this->finder->find($first, $looked_for);
            $fates = $looked_for->answer();
            $product_of = array();
            foreach ($alike as $numbers) {
                foreach ($numbers as $n) {
                    if (isset($found[$numbers[0]])) {
                        $product_of[$n] = $found[$numbers[0]];
                    } else {
                        $fate = $fates['rows'][$numbers[0]];
                        $report->put($n, $fate['is'], array_diff_key($fate, array('is' => true)));
                    }
                }
            }
            ksort($product_of);
            return $product_of;
        }

        private static function key($product, $option, $value)
        {
            return $product . "\n" . Text::folded($option) . "\n" . Text::folded($value);
        }

        private function values_of(array $products)
        {
            $found = array();
            $select = 'SELECT v.product_option_value_id AS id, v.product_id, o.name AS option_name, d.name AS value_name FROM '
                . $this->database->table('product_option_value') . ' v JOIN ' . $this->database->table('option_description')
                . ' o ON o.option_id = v.option_id AND o.language_id = ' . $this->language_id . ' JOIN '
                . $this->database->table('option_value_description')
                . ' d ON d.option_value_id = v.option_value_id AND d.language_id = ' . $this->language_id . ' WHERE';
            foreach ($this->database->rows_in($select, 'v.product_id', $products) as $row) {
                $found[self::key($row['product_id'], Text::plain($row['option_name']), Text::plain($row['value_name']))][] = (int)$row['id'];
            }
            return $found;
        }

        private function add($product, $option, $value)
        {
            $option_id = $this->option($product, $option);
            $values = $this->option_values($option_id);
            $folded = Text::folded($value);
            if (!isset($values[$folded])) {
                $id = $this->database->insert('option_value', array('option_id' => $option_id, 'image' => '', 'sort_order' => 0));
                $this->describe('option_value', $id, array('option_id' => $option_id, 'name' => Text::stored($value)));
                $this->options[$option_id][$folded] = $id;
            }
            $own = $this->product_option($product, $option_id);
            return $this->database->insert('product_option_value', array('product_option_id' => $own, 'product_id' => (int)$product,
                'option_id' => $option_id, 'option_value_id' => $this->options[$option_id][$folded], 'quantity' => 0, 'subtract' => 1,
                'price' => '0.0000', 'price_prefix' => '+', 'points' => 0, 'points_prefix' => '+', 'weight' => '0.00000000', 'weight_prefix' => '+'));
        }

        private $options = array();
        private $option_ids = array();

        /** The product's own option of that name, else any other that offers a choice, else a new one. */
        private function option($product, $name)
        {
            $folded = Text::folded($name);
            $choices = "o.type IN ('select', 'radio', 'image')";
            $select = 'SELECT o.option_id FROM ' . $this->database->table('option') . ' o JOIN ' . $this->database->table('option_description')
                . ' d ON d.option_id = o.option_id AND d.language_id = ' . $this->language_id;
            $is_named = ' d.name = ' . $this->database->quote(Text::stored($name));
            $own = $this->database->value($select . ' JOIN ' . $this->database->table('product_option') . ' p ON p.option_id = o.option_id AND p.product_id = '
                . (int)$product . ' WHERE ' . $is_named . ' ORDER BY o.option_id LIMIT 1');
            if ($own) {
                return (int)$own;
            }
            if (!isset($this->option_ids[$folded])) {
                $id = (int)$this->database->value($select . ' WHERE ' . $choices . ' AND' . $is_named . ' ORDER BY o.option_id LIMIT 1');
                if (!$id) {
                    $id = $this->database->insert('option', array('type' => 'select', 'validation' => '', 'sort_order' => 0));
                    $this->describe('option', $id, array('name' => Text::stored($name)));
                }
                $this->option_ids[$folded] = $id;
            }
            return $this->option_ids[$folded];
        }

        private function option_values($option_id)
        {
            if (!isset($this->options[$option_id])) {
                $this->options[$option_id] = array();
                foreach ($this->database->rows('SELECT option_value_id, name FROM ' . $this->database->table('option_value_description')
                    . ' WHERE option_id = ' . (int)$option_id . ' AND language_id = ' . $this->language_id . ' ORDER BY option_value_id DESC') as $row) {
                    $this->options[$option_id][Text::folded(Text::plain($row['name']))] = (int)$row['option_value_id'];
                }
            }
            return $this->options[$option_id];
        }

        private function product_option($product, $option_id)
        {
            $id = (int)$this->database->value('SELECT product_option_id FROM ' . $this->database->table('product_option')
                . ' WHERE product_id = ' . (int)$product . ' AND option_id = ' . (int)$option_id . ' ORDER BY product_option_id LIMIT 1');
            return $id ? $id : $this->database->insert('product_option', array('product_id' => (int)$product, 'option_id' => (int)$option_id,
                'value' => '', 'required' => 1));
        }

        private function describe($table, $id, array $texts)
        {
            foreach ($this->language_ids as $language_id) {
                $this->database->insert($table . '_description', array($table . '_id' => (int)$id, 'language_id' => $language_id) + $texts);
            }
        }
    }

    /** Orders with everything that belongs to them, and changes of their status. */
    class Orders
    {
        /** How the buyer came is no business of 1C, unless `columns` asks for it. */
        private static $private_columns = array('ip', 'forwarded_ip', 'user_agent', 'accept_language',
            'payment_address_format', 'shipping_address_format');

        private $database;
        private $finder;
        private $registry;
        private $left_out = array();

        public function __construct(Database $database, Finder $finder, $registry)
        {
            $this->database = $database;
            $this->finder = $finder;
            $this->registry = $registry;
        }

        /**
         * A page of orders: by ascending number (`after`), by ascending change (`after_change`, the
         * number of a history row), or named by `ids`.
         */
        public function page($input, $store_id, $limit)
        {
            $condition = 'o.store_id = ' . (int)$store_id . ' AND o.order_status_id > 0';
            $statuses = $this->ids($input, 'statuses');
            if ($statuses !== null) {
                $condition .= ' AND o.order_status_id IN (' . implode(',', $statuses ? $statuses : array(0)) . ')';
            }
            $named = $this->ids($input, 'ids');
            if ($named !== null) {
                $condition .= ' AND o.order_id IN (' . implode(',', $named ? $named : array(0)) . ')';
            }
            $order = $this->database->table('order');
            $after_change = Check::of($input, 'after_change');
            if ($after_change !== null) {
                $sql = 'SELECT o.order_id, MAX(h.order_history_id) AS at FROM ' . $this->database->table('order_history')
                    . ' h JOIN ' . $order . ' o ON o.order_id = h.order_id WHERE h.order_history_id > '
                    . self::number($after_change) . ' AND ' . $condition . ' GROUP BY o.order_id ORDER BY at LIMIT ' . ($limit + 1);
            } else {
                $sql = 'SELECT o.order_id, o.order_id AS at FROM ' . $order . ' o WHERE o.order_id > '
                    . self::number(Check::of($input, 'after')) . ' AND ' . $condition . ' ORDER BY o.order_id LIMIT ' . ($limit + 1);
            }
            $page = $this->database->rows($sql);
            $has_more = count($page) > $limit;
            $page = array_slice($page, 0, $limit);
            $last = $page ? (int)$page[count($page) - 1]['at'] : null;
            $ids = array();
            foreach ($page as $row) {
                $ids[] = (int)$row['order_id'];
            }
            $named = Check::of($input, 'columns');
            $named = is_array($named) ? array_filter($named, 'is_string') : array();
            $this->left_out = array_flip(array_diff(self::$private_columns, $named));
            return array('orders' => $this->whole($ids), 'more' => $has_more, 'next' => $last);
        }

        private static function number($value)
        {
            $id = Check::id($value);
            return $id === null ? 0 : $id;
        }

        private function ids($input, $field)
        {
            $list = Check::of($input, $field);
            if ($list === null) {
                return null;
            }
            if (!is_array($list) || count($list) > 1000) {
                throw new Refusal(422, 'rejected', '`' . $field . '` is no list of up to 1000 numbers');
            }
            $ids = array();
            foreach ($list as $value) {
                $id = Check::id($value);
                if ($id === null) {
                    throw new Refusal(422, 'rejected', '`' . $field . '` holds something that is no number');
                }
                $ids[] = $id;
            }
            return $ids;
        }

        private function whole(array $ids)
        {
            if (!$ids) {
                return array();
            }
            $orders = array();
            foreach ($this->of('order', 'SELECT * FROM', $ids, 'order_id') as $row) {
                $orders[(int)$row['order_id']] = $this->head($row);
            }
            list($sku, $join) = $this->finder->sku_sql();
            $options = array();
            foreach ($this->of('order_option', 'SELECT * FROM', $ids, 'order_option_id') as $row) {
                $options[(int)$row['order_product_id']][] = array(
                    'name' => Text::plain($row['name']),
                    'value' => Text::plain($row['value']),
                    'type' => $row['type'],
                    'option_value_id' => (int)$row['product_option_value_id'],
                );
            }
            // The product may be gone, the line stays.
            $select = 'SELECT l.*, ' . $sku . ' AS current_sku FROM ' . $this->database->table('order_product') . ' l LEFT JOIN '
                . $this->database->table('product') . ' p ON p.product_id = l.product_id' . $join . ' WHERE';
            $lines = $this->database->rows_in($select, 'l.order_id', $ids);
            self::sort($lines, array('order_product_id'));
            $products = array();
            foreach ($lines as $row) {
                $products[(int)$row['product_id']] = true;
            }
            $guids = $this->database->foreign_ids('product', array_keys($products));
            foreach ($lines as $row) {
                $id = (int)$row['order_product_id'];
                $product = (int)$row['product_id'];
                $orders[(int)$row['order_id']]['lines'][] = array(
                    'id' => $id,
                    'product_id' => $product,
                    'guid' => isset($guids[$product]) ? $guids[$product] : null,
                    'name' => Text::plain($row['name']),
                    'model' => Text::plain($row['model']),
                    'sku' => Text::plain($row['current_sku']),
                    'quantity' => $row['quantity'],
                    'price' => $row['price'],
                    'total' => $row['total'],
                    'tax' => $row['tax'],
                    'options' => isset($options[$id]) ? $options[$id] : array(),
                );
            }
            foreach ($this->of('order_total', 'SELECT * FROM', $ids, 'sort_order') as $row) {
                $orders[(int)$row['order_id']]['totals'][] = array('code' => $row['code'],
                    'title' => Text::plain($row['title']), 'value' => $row['value']);
            }
            if ($this->database->has('order_voucher')) {
                foreach ($this->of('order_voucher', 'SELECT * FROM', $ids, 'order_voucher_id') as $row) {
                    $orders[(int)$row['order_id']]['vouchers'][] = array(
                        'description' => Text::plain($row['description']), 'amount' => $row['amount']);
                }
            }
            foreach ($this->of('order_history', 'SELECT * FROM', $ids, 'order_history_id') as $row) {
                $orders[(int)$row['order_id']]['history'][] = array('id' => (int)$row['order_history_id'],
                    'status_id' => (int)$row['order_status_id'], 'at' => $row['date_added'],
                    'comment' => Text::plain($row['comment']), 'notify' => (bool)$row['notify']);
            }
            $sorted = array();
            foreach ($ids as $id) {
                $sorted[] = $orders[$id];
            }
            return $sorted;
        }

        private function of($table, $select, array $ids, $by)
        {
            $rows = $this->database->rows_in($select . ' ' . $this->database->table($table) . ' WHERE', 'order_id', $ids);
            self::sort($rows, array($by, $table . '_id'));
            return $rows;
        }

        /** Before PHP 8 rows of equal numbers would come in any order, another one each time. */
        private static function sort(array &$rows, array $by)
        {
            usort($rows, function ($left, $right) use ($by) {
                foreach ($by as $column) {
                    if ((int)$left[$column] !== (int)$right[$column]) {
                        return (int)$left[$column] < (int)$right[$column] ? -1 : 1;
                    }
                }
                return 0;
            });
        }

        /** All columns of the order, those that other extensions have added too. */
        private function head(array $row)
        {
            $head = array();
            foreach (array_diff_key($row, $this->left_out) as $name => $value) {
                $head[$name] = $value === null ? null : Text::plain($value);
            }
            foreach (array('custom_field', 'payment_custom_field', 'shipping_custom_field') as $name) {
                $head[$name] = (object)self::custom_fields(isset($row[$name]) ? $row[$name] : '');
            }
            foreach (array('payment', 'shipping') as $kind) {
                $code = isset($row[$kind . '_code']) ? $row[$kind . '_code'] : '';
                $head[$kind] = self::method((string)$row[$kind . '_method'], (string)$code);
                unset($head[$kind . '_method'], $head[$kind . '_code']);
            }
            return array('columns' => $head, 'payment' => $head['payment'], 'shipping' => $head['shipping'],
                'lines' => array(), 'totals' => array(), 'vouchers' => array(), 'history' => array());
        }

        /** JSON text in the column, with escaped values; in some shops all of it is escaped. */
        private static function custom_fields($stored)
        {
            $fields = json_decode((string)$stored, true);
            if (!is_array($fields)) {
                $fields = json_decode(Text::plain($stored), true);
            }
            $read = array();
            foreach (is_array($fields) ? $fields : array() as $id => $value) {
                $read[(string)$id] = is_array($value) ? implode(', ', array_map('Apizs\Text::plain', array_filter($value, 'is_scalar')))
                    : Text::plain(is_scalar($value) ? (string)$value : '');
            }
            return $read;
        }

        /** A plain name up to 4.0.1, JSON text from 4.0.2 on. */
        private static function method($stored, $code)
        {
            $method = json_decode($stored, true);
            if (!is_array($method)) {
                return array('name' => Text::plain($stored), 'code' => $code);
            }
            $text = function ($field) use ($method) {
                return isset($method[$field]) && is_scalar($method[$field]) ? (string)$method[$field] : '';
            };
            return array('name' => Text::plain($text('name')), 'code' => $text('code'));
        }

        /** Changes statuses one by one, as the shop's own model does it: stock, mail and all. */
        public function set_statuses(array $rows, $store_id)
        {
            $report = new Report(count($rows));
            $statuses = $ids = array();
            foreach ($this->database->rows('SELECT DISTINCT order_status_id FROM ' . $this->database->table('order_status')) as $row) {
                $statuses[(int)$row['order_status_id']] = true;
            }
            foreach ($rows as $n => $row) {
                $ids[$n] = Check::id(Check::of($row, 'order_id'));
                $status = Check::id(Check::of($row, 'status_id'));
                $comment = Check::of($row, 'comment');
                if ($ids[$n] === null || !isset($statuses[$status])) {
                    $report->reject($n, $ids[$n] === null ? '`order_id` is no order number' : 'the shop has no such status');
                    unset($ids[$n]);
                } elseif ($comment !== null && (!is_string($comment) || Text::length($comment) > 10000)) {
                    $report->reject($n, '`comment` is no text of up to 10000 characters');
                    unset($ids[$n]);
                }
            }
            $present = $this->statuses($ids, $store_id);
            foreach ($ids as $n => $id) {
                $status = (int)$rows[$n]['status_id'];
                if (!isset($present[$id]) || $present[$id] === 0) {
                    // Status 0 is an abandoned cart: to confirm it is the shop's business.
                    $report->put($n, 'unknown');
                } elseif ($present[$id] === $status) {
                    $report->put($n, 'unchanged');
                } else {
                    $comment = Text::stored((string)Check::of($rows[$n], 'comment'));
                    $this->add_history($id, $status, $comment, Check::of($rows[$n], 'notify') === true);
                    $present = $this->statuses(array($id), $store_id) + $present;
                    if ($present[$id] === $status) {
                        $report->put($n, 'applied');
                    } else {
                        $report->reject($n, 'the shop did not take the status');
                    }
                }
            }
            return $report->answer();
        }

        private function statuses(array $ids, $store_id)
        {
            $found = array();
            $select = 'SELECT order_id, order_status_id FROM ' . $this->database->table('order')
                . ' WHERE store_id = ' . (int)$store_id . ' AND';
            foreach ($this->database->rows_in($select, 'order_id', array_values($ids)) as $row) {
                $found[(int)$row['order_id']] = (int)$row['order_status_id'];
            }
            return $found;
        }

        /** The last argument skips the anti-fraud extensions: 1C has decided. */
        private function add_history($order_id, $status_id, $comment, $notify)
        {
            $this->registry->get('load')->model('checkout/order');
            $model = $this->registry->get('model_checkout_order');
            Module::leniently(function () use ($model, $order_id, $status_id, $comment, $notify) {
                if (class_exists('Opencart\System\Engine\Controller')) {
                    $model->addHistory($order_id, $status_id, $comment, $notify, true);
                } else {
                    $model->addOrderHistory($order_id, $status_id, $comment, $notify, true);
                }
            });
        }
    }

    /** What the shop has: lists, whole or page by page. */
    class Lists
    {
        private $database;
        private $finder;

        public function __construct(Database $database, Finder $finder)
        {
            $this->database = $database;
            $this->finder = $finder;
        }

        private $languages = null;

        public function languages()
        {
            if ($this->languages === null) {
                $this->languages = $this->database->rows('SELECT language_id, code, name, status FROM '
                    . $this->database->table('language') . ' ORDER BY sort_order, language_id');
            }
            return $this->languages;
        }

        public function statuses($language_id)
        {
            $list = array();
            foreach ($this->database->rows('SELECT order_status_id, name FROM ' . $this->database->table('order_status')
                . ' WHERE language_id = ' . (int)$language_id . ' ORDER BY order_status_id') as $row) {
                $list[] = array('id' => (int)$row['order_status_id'], 'name' => Text::plain($row['name']));
            }
            return array('statuses' => $list);
        }

        public function categories($language_id)
        {
            $guids = $this->database->foreign_ids('category');
            $list = array();
            foreach ($this->database->rows('SELECT c.category_id, c.parent_id, c.status, c.sort_order, d.name FROM '
                . $this->database->table('category') . ' c LEFT JOIN ' . $this->database->table('category_description')
                . ' d ON d.category_id = c.category_id AND d.language_id = ' . (int)$language_id
                . ' ORDER BY c.category_id') as $row) {
                $id = (int)$row['category_id'];
                $list[] = array('id' => $id, 'parent_id' => (int)$row['parent_id'], 'name' => Text::plain($row['name']),
                    'enabled' => (bool)$row['status'], 'guid' => isset($guids[$id]) ? $guids[$id] : null);
            }
            return array('categories' => $list);
        }

        /** Every product, also disabled ones and those of other stores. */
        public function articles($input, $limit)
        {
            list($sku, $join) = $this->finder->sku_sql();
            $rows = $this->database->rows('SELECT p.product_id AS id, ' . $sku . ' AS sku, p.quantity, p.price, p.status FROM '
                . $this->database->table('product') . ' p' . $join . ' WHERE p.product_id > ' . (int)Check::id(Check::of($input, 'after'))
                . ' ORDER BY p.product_id LIMIT ' . ($limit + 1));
            $list = array();
            foreach (array_slice($rows, 0, $limit) as $row) {
                $list[] = array('id' => (int)$row['id'], 'sku' => Text::plain($row['sku']), 'quantity' => $row['quantity'],
                    'price' => $row['price'], 'enabled' => (bool)$row['status']);
            }
            return self::page('articles', $list, count($rows) > $limit);
        }

        public function products($input, $language_id, $store_id, $limit)
        {
            list($sku, $join) = $this->finder->sku_sql();
            $condition = 'p.product_id > ' . (int)Check::id(Check::of($input, 'after'));
            if (Check::of($input, 'only_enabled') === true) {
                $condition .= ' AND p.status = 1';
            }
            $rows = $this->database->rows('SELECT p.*, ' . $sku . ' AS current_sku, d.name, d.description, m.name AS manufacturer FROM '
                . $this->database->table('product') . ' p JOIN ' . $this->database->table('product_to_store')
                . ' s ON s.product_id = p.product_id AND s.store_id = ' . (int)$store_id
                . ' LEFT JOIN ' . $this->database->table('product_description')
                . ' d ON d.product_id = p.product_id AND d.language_id = ' . (int)$language_id
                . ' LEFT JOIN ' . $this->database->table('manufacturer') . ' m ON m.manufacturer_id = p.manufacturer_id'
                . $join . ' WHERE ' . $condition . ' ORDER BY p.product_id LIMIT ' . ($limit + 1));
            $list = array();
            foreach (array_slice($rows, 0, $limit) as $row) {
                $list[(int)$row['product_id']] = $this->product($row, Check::of($input, 'descriptions') === true);
            }
            $this->add_belongings($list, $language_id);
            return self::page('products', array_values($list), count($rows) > $limit);
        }

        private function product(array $row, $with_description)
        {
            $product = array(
                'id' => (int)$row['product_id'],
                'guid' => null,
                'sku' => Text::plain($row['current_sku']),
                'model' => Text::plain($row['model']),
                'name' => Text::plain($row['name']),
                'price' => $row['price'],
                'quantity' => $row['quantity'],
                'enabled' => (bool)$row['status'],
                'image' => Text::plain($row['image']),
                'manufacturer' => Text::plain($row['manufacturer']),
                'weight' => $row['weight'],
                'weight_class_id' => (int)$row['weight_class_id'],
                'categories' => array(),
                'images' => array(),
                'attributes' => array(),
                'options' => array(),
                'specials' => array(),
                'group_prices' => array(),
            );
            if ($with_description) {
                $product['description'] = Text::plain($row['description']);
            }
            return $product;
        }

        private function add_belongings(array &$list, $language_id)
        {
            $ids = array_keys($list);
            foreach ($this->database->foreign_ids('product', $ids) as $id => $guid) {
                $list[$id]['guid'] = $guid;
            }
            $select = 'SELECT product_id, category_id FROM ' . $this->database->table('product_to_category') . ' WHERE';
            foreach ($this->database->rows_in($select, 'product_id', $ids) as $row) {
                $list[(int)$row['product_id']]['categories'][] = (int)$row['category_id'];
            }
            $select = 'SELECT product_id, image FROM ' . $this->database->table('product_image') . ' WHERE';
            foreach ($this->database->rows_in($select, 'product_id', $ids) as $row) {
                $list[(int)$row['product_id']]['images'][] = Text::plain($row['image']);
            }
            $select = 'SELECT a.product_id, d.name, a.text FROM ' . $this->database->table('product_attribute') . ' a JOIN '
                . $this->database->table('attribute_description') . ' d ON d.attribute_id = a.attribute_id AND d.language_id = a.language_id'
                . ' WHERE a.language_id = ' . (int)$language_id . ' AND';
            foreach ($this->database->rows_in($select, 'a.product_id', $ids) as $row) {
                $list[(int)$row['product_id']]['attributes'][] = array('name' => Text::plain($row['name']), 'text' => Text::plain($row['text']));
            }
            $this->add_prices($list, $ids);
            $select = 'SELECT v.product_option_value_id AS id, v.product_id, v.quantity, v.price, v.price_prefix, o.name AS option_name, d.name AS value_name FROM '
                . $this->database->table('product_option_value') . ' v JOIN ' . $this->database->table('option_description')
                . ' o ON o.option_id = v.option_id AND o.language_id = ' . (int)$language_id . ' JOIN '
                . $this->database->table('option_value_description')
                . ' d ON d.option_value_id = v.option_value_id AND d.language_id = ' . (int)$language_id . ' WHERE';
            foreach ($this->database->rows_in($select, 'v.product_id', $ids) as $row) {
                $list[(int)$row['product_id']]['options'][] = array('id' => (int)$row['id'], 'option' => Text::plain($row['option_name']),
                    'value' => Text::plain($row['value_name']), 'quantity' => $row['quantity'],
                    'price' => ($row['price_prefix'] === '-' ? '-' : '') . $row['price']);
            }
        }

        /** What single pieces cost other than usual, whoever has set it. */
        private function add_prices(array &$list, array $ids)
        {
            $is_merged = !$this->database->has('product_special');
            $tables = array('specials' => $is_merged ? 'product_discount' : 'product_special', 'group_prices' => 'product_discount');
            foreach ($tables as $field => $table) {
                $kind = $is_merged ? 'special = ' . ($field === 'specials' ? 1 : 0) . " AND type = 'F' AND " : '';
                $single = $table === 'product_discount' ? 'quantity <= 1 AND ' : '';
                $select = 'SELECT product_id, customer_group_id, price, date_start, date_end FROM ' . $this->database->table($table)
                    . ' WHERE ' . $kind . $single;
                foreach ($this->database->rows_in(rtrim($select), 'product_id', $ids) as $row) {
                    $list[(int)$row['product_id']][$field][] = array('group' => (int)$row['customer_group_id'], 'price' => $row['price'],
                        'from' => self::day($row['date_start']), 'to' => self::day($row['date_end']));
                }
            }
        }

        private static function day($date)
        {
            return $date === null || $date === '0000-00-00' ? null : $date;
        }

        private static function page($name, array $list, $has_more)
        {
            $last = $list ? $list[count($list) - 1]['id'] : null;
            return array($name => $list, 'more' => $has_more, 'next' => $last);
        }
    }

    /** Adds and completes products and categories. */
    class Catalogue
    {
        private $database;
        private $finder;
        private $lists;
        private $config;
        private $store_id;

        public function __construct(Database $database, Finder $finder, Lists $lists, $config, $store_id)
        {
            $this->database = $database;
            $this->finder = $finder;
            $this->lists = $lists;
            $this->config = $config;
            $this->store_id = (int)$store_id;
        }

        /** `$mode`: `add` leaves known products as they are, `update` adds none, `upsert` does both. */
        public function upsert_products(array $rows, $mode, $language_id)
        {
            $report = new Report(count($rows));
            $read = array();
            foreach ($rows as $n => $row) {
                try {
                    $read[$n] = $this->read_product($row);
                } catch (RowFault $fault) {
                    $report->reject($n, $fault->getMessage());
                }
            }
            $this->know_categories($read, $report);
            $looked_for = new Report(count($rows));
            $found = $this->finder->find(array_intersect_key($rows, $read), $looked_for);
            $fates = $looked_for->answer();
            // Of a row that is not carried out nothing is made, not even its manufacturer.
            $done = array();
            foreach ($read as $n => $product) {
                $may_add = $mode !== 'update' && $fates['rows'][$n]['is'] === 'unknown' && !isset($product['id'])
                    && isset($product['sku'], $product['name']) && $product['name'] !== '';
                if (isset($found[$n]) ? $mode !== 'add' : $may_add) {
                    $done[$n] = $product;
                }
            }
            $manufacturers = $this->manufacturers($done);
            $attributes = $this->attributes($done, $language_id);
            $new = array();
            foreach ($read as $n => $product) {
                $product['manufacturer_id'] = isset($done[$n], $product['manufacturer']) ? $manufacturers[Text::folded($product['manufacturer'])] : null;
                $key = isset($product['sku']) ? Text::folded($product['sku']) : null;
                $guid = isset($product['guid']) ? $product['guid'] : null;
                if (isset($found[$n])) {
                    $is_new_link = $this->remember($guid, $found[$n]);
                    $has_changed = $mode !== 'add' && $this->update_product($found[$n], $product, $attributes, $language_id);
                    $report->put($n, $has_changed || $is_new_link ? 'applied' : 'unchanged', array('id' => $found[$n]));
                } elseif ($fates['rows'][$n]['is'] !== 'unknown') {
                    $fate = $fates['rows'][$n];
                    $report->put($n, $fate['is'], array_diff_key($fate, array('is' => true)));
                } elseif ($mode === 'update' || isset($product['id'])) {
                    $report->put($n, 'unknown');
                } elseif (!isset($product['sku'], $product['name']) || $product['name'] === '') {
                    $report->reject($n, 'a new product needs `sku` and `name`');
                } elseif (isset($new[$key]) || ($guid !== null && isset($new["\n" . $guid]))) {
                    $report->reject($n, 'an earlier row of this batch is about the same product');
                } else {
                    $new[$key] = true;
                    if ($guid !== null) {
                        $new["\n" . $guid] = true;
                    }
                    $id = $this->add_product($product, $attributes, $language_id);
                    $this->remember($guid, $id);
                    $report->put($n, 'applied', array('id' => $id, 'added' => true));
                }
            }
            return $report->answer();
        }

        private function remember($guid, $id)
        {
            if ($guid === null) {
                return false;
            }
            $links = $this->database->links('product', array($guid));
            if (isset($links[$guid]) && $links[$guid] === $id) {
                return false;
            }
            $this->database->link('product', $guid, $id);
            return true;
        }

        /** Only what the row states; a field that is not there is left as it is. */
        private function read_product($row)
        {
            $emoji = $this->database->keeps_emoji();
            $read = array();
            $max_sku = $this->finder->has_codes() ? 255 : 64;
            $texts = array('sku' => $max_sku, 'model' => 64, 'name' => 255, 'manufacturer' => 64, 'keyword' => 255,
                'ean' => 14, 'mpn' => 64, 'guid' => 120, 'meta_title' => 255, 'meta_description' => 255);
            foreach ($texts as $field => $max) {
                if (Check::of($row, $field) !== null) {
                    $read[$field] = Check::text($row, $field, $max, $emoji);
                }
            }
            foreach (array('sku', 'name', 'guid', 'manufacturer') as $field) {
                if (isset($read[$field]) && $read[$field] === '') {
                    throw new RowFault('`' . $field . '` is empty');
                }
            }
            if (Check::of($row, 'id') !== null) {
                $read['id'] = Check::id($row['id']);
            }
            if (Check::of($row, 'description') !== null) {
                $read['description'] = self::description($row, $emoji);
            }
            if (Check::of($row, 'price') !== null) {
                $read['price'] = Check::price($row, 'price');
            }
            if (Check::of($row, 'quantity') !== null) {
                $read['quantity'] = Check::whole($row, 'quantity');
            }
            foreach (array('weight', 'length', 'width', 'height') as $field) {
                if (Check::of($row, $field) !== null) {
                    $read[$field] = Check::decimal($row[$field], 7, 8);
                    if ($read[$field] === null || $read[$field][0] === '-') {
                        throw new RowFault('`' . $field . '` is no size: up to 7 digits and 8 decimal places, as text');
                    }
                }
            }
            if (Check::of($row, 'enabled') !== null) {
                if (!is_bool($row['enabled'])) {
                    throw new RowFault('`enabled` is neither true nor false');
                }
                $read['status'] = $row['enabled'] ? 1 : 0;
            }
            $texts = $this->read_texts($row, $emoji);
            return $read + ($texts ? array('texts' => $texts) : array()) + $this->read_lists($row, $emoji);
        }

        /** The column is TEXT up to 4.0: 65,535 bytes, counted once escaped. */
        private static function description($row, $emoji)
        {
            $description = Check::text($row, 'description', 65535, $emoji, true);
            if (strlen(Text::stored($description)) > 65535) {
                throw new RowFault('`description` is longer than 65535 bytes');
            }
            return $description;
        }

        /** `texts` of further languages, by code: language id to columns, as they are stored. */
        private function read_texts($row, $emoji)
        {
            $stated = Check::of($row, 'texts');
            $texts = array();
            if ($stated !== null && !is_array($stated)) {
                throw new RowFault('`texts` is no object of languages');
            }
            $language_ids = $this->language_ids();
            foreach ($stated === null ? array() : $stated as $code => $own) {
                if (!isset($language_ids[$code])) {
                    throw new RowFault('`texts` names a language that the shop does not have');
                }
                $columns = array();
                foreach (array('name' => 255, 'meta_title' => 255, 'meta_description' => 255) as $field => $max) {
                    if (Check::of($own, $field) !== null) {
                        $columns[$field] = Text::stored(Check::text($own, $field, $max, $emoji));
                    }
                }
                if (isset($columns['name'])) {
                    if ($columns['name'] === '') {
                        throw new RowFault('`name` is empty');
                    }
                    // The admin panel's form is not saved without a title.
                    $columns += array('meta_title' => $columns['name']);
                }
                if (Check::of($own, 'description') !== null) {
                    $columns['description'] = Text::stored(self::description($own, $emoji));
                }
                $texts[$language_ids[$code]] = $columns;
            }
            return $texts;
        }

        private function read_lists($row, $emoji)
        {
            $read = array();
            foreach (array('categories', 'category_guids', 'images', 'attributes') as $field) {
                $list = Check::of($row, $field);
                if ($list === null) {
                    continue;
                }
                if (!is_array($list) || count($list) > 200) {
                    throw new RowFault('`' . $field . '` is no list of up to 200 entries');
                }
                $read[$field] = array_values($list);
            }
            foreach (isset($read['categories']) ? $read['categories'] : array() as $at => $id) {
                $read['categories'][$at] = Check::id($id);
                if ($read['categories'][$at] === null) {
                    throw new RowFault('`categories` holds something that is no category number');
                }
            }
            foreach (isset($read['category_guids']) ? $read['category_guids'] : array() as $guid) {
                if (!is_string($guid) || strlen($guid) > 120) {
                    throw new RowFault('`category_guids` holds something that is no id');
                }
            }
            foreach (isset($read['images']) ? $read['images'] : array() as $image) {
                if (!is_string($image) || !preg_match('#^catalog/[A-Za-z0-9_./-]{1,240}$#D', $image) || strpos($image, '..') !== false) {
                    throw new RowFault('`images` holds something that is no path below `catalog/`');
                }
            }
            foreach (isset($read['attributes']) ? $read['attributes'] : array() as $at => $attribute) {
                $read['attributes'][$at] = array(
                    'name' => Check::text($attribute, 'name', 64, $emoji),
                    'text' => Check::text($attribute, 'text', 10000, $emoji, true),
                    'group' => Check::of($attribute, 'group') === null ? '1C' : Check::text($attribute, 'group', 64, $emoji),
                );
                if ($read['attributes'][$at]['name'] === '' || $read['attributes'][$at]['group'] === '') {
                    throw new RowFault('an attribute has no name');
                }
            }
            return $read;
        }

        /** Turns guids of categories into numbers; a row that names a category that is not there is rejected. */
        private function know_categories(array &$read, Report $report)
        {
            $guids = $ids = array();
            foreach ($read as $product) {
                foreach (isset($product['category_guids']) ? $product['category_guids'] : array() as $guid) {
                    $guids[$guid] = true;
                }
            }
            $links = $this->database->links('category', array_map('strval', array_keys($guids)));
            foreach ($read as $n => $product) {
                if (isset($product['category_guids'])) {
                    $wanted = isset($product['categories']) ? $product['categories'] : array();
                    foreach ($product['category_guids'] as $guid) {
                        $wanted[] = isset($links[$guid]) ? $links[$guid] : 0;
                    }
                    $read[$n]['categories'] = $wanted;
                }
                if (isset($read[$n]['categories'])) {
                    $read[$n]['categories'] = array_values(array_unique($read[$n]['categories']));
                    $ids += array_flip($read[$n]['categories']);
                }
            }
            $known = array();
            $select = 'SELECT category_id FROM ' . $this->database->table('category') . ' WHERE';
            foreach ($this->database->rows_in($select, 'category_id', array_keys($ids)) as $row) {
                $known[] = (int)$row['category_id'];
            }
            foreach ($read as $n => $product) {
                if (isset($product['categories']) && array_diff($product['categories'], $known)) {
                    $report->reject($n, 'it names a category that is not there');
                    unset($read[$n]);
                }
            }
        }

        /** Folded name to id; missing ones are added. */
        private function manufacturers(array $read)
        {
            $wanted = array();
            foreach ($read as $product) {
                if (isset($product['manufacturer'])) {
                    $wanted[Text::folded($product['manufacturer'])] = $product['manufacturer'];
                }
            }
            $found = array();
            $select = 'SELECT manufacturer_id, name FROM ' . $this->database->table('manufacturer') . ' WHERE';
            $stored = array_map('Apizs\Text::stored', array_values($wanted));
            foreach ($this->database->rows_in_texts($select, 'name', $stored) as $row) {
                $found += array(Text::folded(Text::plain($row['name'])) => (int)$row['manufacturer_id']);
            }
            foreach (array_diff_key($wanted, $found) as $key => $name) {
                $found[$key] = $this->database->insert('manufacturer', array('name' => Text::stored($name), 'image' => '', 'sort_order' => 0));
                $this->database->insert('manufacturer_to_store', array('manufacturer_id' => $found[$key], 'store_id' => $this->store_id));
            }
            return $found;
        }

        /** Folded `group\nname` to id; what is missing is added in every language, without which it is not shown. */
        private function attributes(array $read, $language_id)
        {
            $wanted = $names = array();
            foreach ($read as $product) {
                foreach (isset($product['attributes']) ? $product['attributes'] : array() as $attribute) {
                    $wanted[Text::folded($attribute['group'] . "\n" . $attribute['name'])] = $attribute;
                    $names[] = Text::stored($attribute['name']);
                }
            }
            $found = array();
            $select = 'SELECT a.attribute_id, d.name, g.name AS group_name FROM ' . $this->database->table('attribute') . ' a JOIN '
                . $this->database->table('attribute_description') . ' d ON d.attribute_id = a.attribute_id AND d.language_id = ' . (int)$language_id
                . ' JOIN ' . $this->database->table('attribute_group_description')
                . ' g ON g.attribute_group_id = a.attribute_group_id AND g.language_id = ' . (int)$language_id . ' WHERE';
            foreach ($this->database->rows_in_texts($select, 'd.name', array_values(array_unique($names))) as $row) {
                $found += array(Text::folded(Text::plain($row['group_name']) . "\n" . Text::plain($row['name'])) => (int)$row['attribute_id']);
            }
            $groups = array();
            foreach (array_diff_key($wanted, $found) as $key => $attribute) {
                $group = Text::folded($attribute['group']);
                if (!isset($groups[$group])) {
                    $groups[$group] = $this->attribute_group($attribute['group'], $language_id);
                }
                $found[$key] = $this->database->insert('attribute', array('attribute_group_id' => $groups[$group], 'sort_order' => 0));
                $this->describe('attribute', $found[$key], array('name' => Text::stored($attribute['name'])));
            }
            return $found;
        }

        private function attribute_group($name, $language_id)
        {
            $id = (int)$this->database->value('SELECT attribute_group_id FROM ' . $this->database->table('attribute_group_description')
                . ' WHERE language_id = ' . (int)$language_id . ' AND name = ' . $this->database->quote(Text::stored($name)) . ' LIMIT 1');
            if (!$id) {
                $id = $this->database->insert('attribute_group', array('sort_order' => 0));
                $this->describe('attribute_group', $id, array('name' => Text::stored($name)));
            }
            return $id;
        }

        /** Code to id. */
        private function language_ids()
        {
            $ids = array();
            foreach ($this->lists->languages() as $row) {
                $ids[$row['code']] = (int)$row['language_id'];
            }
            return $ids;
        }

        /** One row of texts in every language: without it, the page is not found in that language. */
        private function describe($table, $id, array $texts, array $translations = array())
        {
            foreach ($this->language_ids() as $language_id) {
                $own = isset($translations[$language_id]) ? $translations[$language_id] : array();
                $this->database->insert($table . '_description', array($table . '_id' => (int)$id, 'language_id' => $language_id)
                    + $own + $texts);
            }
        }

        private function add_product(array $product, array $attributes, $language_id)
        {
            $stock_status = (int)$this->config->get('config_stock_status_id');
            $stored = Text::stored($product['name']);
            $id = $this->database->insert('product', array(
                'model' => Text::stored(isset($product['model']) && $product['model'] !== '' ? $product['model'] : self::cut($product['sku'], 64)),
                'sku' => $this->finder->has_codes() ? '' : Text::stored($product['sku']),
                'upc' => '', 'ean' => isset($product['ean']) ? Text::stored($product['ean']) : '', 'jan' => '', 'isbn' => '',
                'mpn' => isset($product['mpn']) ? Text::stored($product['mpn']) : '',
                'location' => '', 'variant' => '', 'override' => '', 'master_id' => 0, 'rating' => 0, 'viewed' => 0,
                'quantity' => isset($product['quantity']) ? $product['quantity'] : 0,
                'minimum' => 1, 'subtract' => 1, 'shipping' => 1, 'points' => 0, 'tax_class_id' => 0, 'sort_order' => 0,
                'stock_status_id' => $stock_status ? $stock_status : 7,
                'image' => isset($product['images'][0]) ? $product['images'][0] : '',
                'manufacturer_id' => (int)$product['manufacturer_id'],
                'price' => isset($product['price']) ? $product['price'] : '0.0000',
                'weight' => isset($product['weight']) ? $product['weight'] : '0',
                'weight_class_id' => (int)$this->config->get('config_weight_class_id'),
                'length' => isset($product['length']) ? $product['length'] : '0',
                'width' => isset($product['width']) ? $product['width'] : '0',
                'height' => isset($product['height']) ? $product['height'] : '0',
                'length_class_id' => (int)$this->config->get('config_length_class_id'),
                'status' => isset($product['status']) ? $product['status'] : 0,
            ));
            // A date of NULL hides the product on 4.1.
            $this->database->run('UPDATE ' . $this->database->table('product')
                . ' SET date_available = CURDATE(), date_added = NOW(), date_modified = NOW() WHERE product_id = ' . (int)$id);
            $this->describe('product', $id, array(
                'name' => $stored,
                'description' => Text::stored(isset($product['description']) ? $product['description'] : ''),
                'tag' => '',
                'meta_title' => isset($product['meta_title']) ? Text::stored($product['meta_title']) : $stored,
                'meta_description' => isset($product['meta_description']) ? Text::stored($product['meta_description']) : '',
                'meta_keyword' => '',
            ), isset($product['texts']) ? $product['texts'] : array());
            $this->database->insert('product_to_store', array('product_id' => $id, 'store_id' => $this->store_id));
            if ($this->finder->has_codes()) {
                $this->database->insert('product_code', array('product_id' => $id, 'code' => 'SKU', 'value' => Text::stored($product['sku'])));
                $this->set_codes($id, $product);
            }
            $this->set_lists($id, $product, $attributes, $language_id);
            if (isset($product['keyword']) && $product['keyword'] !== '') {
                $this->set_keyword('product_id', $id, $product['keyword']);
            }
            return $id;
        }

        /** 4.1 keeps these in a table, beside the articles. Whether anything was written. */
        private function set_codes($id, array $product)
        {
            $table = $this->database->table('product_code');
            $has_changed = false;
            foreach (array('ean' => 'EAN', 'mpn' => 'MPN') as $field => $code) {
                if (!isset($product[$field])) {
                    continue;
                }
                $where = ' WHERE product_id = ' . (int)$id . ' AND code = ' . $this->database->quote($code);
                $present = $this->database->rows('SELECT value FROM ' . $table . $where);
                $value = Text::stored($product[$field]);
                if ($present ? $present[0]['value'] === $value : $value === '') {
                    continue;
                }
                $has_changed = true;
                $this->database->run('DELETE FROM ' . $table . $where);
                if ($value !== '') {
                    $this->database->insert('product_code', array('product_id' => $id, 'code' => $code, 'value' => $value));
                }
            }
            return $has_changed;
        }

        private static function cut($text, $max)
        {
            while (Text::length(Text::stored($text)) > $max) {
                $text = preg_replace('/.$/us', '', $text);
            }
            return $text;
        }

        /** Whether anything was written. */
        private function update_product($id, array $product, array $attributes, $language_id)
        {
            $table = $this->database->table('product');
            $wanted = array_intersect_key($product, array_flip(array('quantity', 'price', 'weight', 'length', 'width', 'height', 'status')));
            foreach (array('model', 'ean', 'mpn') as $field) {
                if (isset($product[$field])) {
                    $wanted[$field] = Text::stored($product[$field]);
                }
            }
            if (isset($product['images'])) {
                $wanted['image'] = isset($product['images'][0]) ? $product['images'][0] : '';
            }
            if ($product['manufacturer_id'] !== null) {
                $wanted['manufacturer_id'] = $product['manufacturer_id'];
            }
            $present = $this->database->row('SELECT * FROM ' . $table . ' WHERE product_id = ' . (int)$id);
            $changes = self::differing(array_intersect_key($wanted, $present), $present);
            $texts = array();
            foreach (array('name', 'description', 'meta_title', 'meta_description') as $field) {
                if (isset($product[$field])) {
                    $texts[$field] = Text::stored($product[$field]);
                }
            }
            $has_changed = $this->set_texts('product', $id, $texts, $language_id);
            foreach (isset($product['texts']) ? $product['texts'] : array() as $other_id => $translated) {
                $has_changed = $this->set_texts('product', $id, $translated, $other_id) || $has_changed;
            }
            if ($this->finder->has_codes()) {
                $has_changed = $this->set_codes($id, $product) || $has_changed;
            }
            if (isset($product['keyword']) && $product['keyword'] !== '') {
                $has_changed = $this->set_keyword('product_id', $id, $product['keyword']) || $has_changed;
            }
            $has_changed = $this->set_lists($id, $product, $attributes, $language_id) || $has_changed;
            if ($changes || $has_changed) {
                $this->database->update('product', 'product_id', $id, $changes);
                $this->database->run('UPDATE ' . $table . ' SET date_modified = NOW() WHERE product_id = ' . (int)$id);
            }
            return $changes || $has_changed;
        }

        private static function differing(array $wanted, array $present)
        {
            $changes = array();
            foreach ($wanted as $field => $value) {
                if ((string)$present[$field] !== (string)$value) {
                    $changes[$field] = $value;
                }
            }
            return $changes;
        }

        private function set_texts($kind, $id, array $texts, $language_id)
        {
            if (!$texts) {
                return false;
            }
            $table = $this->database->table($kind . '_description');
            $where = ' WHERE ' . $kind . '_id = ' . (int)$id . ' AND language_id = ' . (int)$language_id;
            $present = $this->database->row('SELECT * FROM ' . $table . $where);
            if (!$present) {
                $empty = array('name' => '', 'description' => '', 'tag' => '', 'meta_title' => isset($texts['name']) ? $texts['name'] : '',
                    'meta_description' => '', 'meta_keyword' => '');
                $this->database->insert($kind . '_description', array($kind . '_id' => (int)$id, 'language_id' => (int)$language_id)
                    + $texts + $empty);
                return true;
            }
            $parts = array();
            foreach (self::differing($texts, $present) as $field => $value) {
                $parts[] = $field . ' = ' . $this->database->quote($value);
            }
            if ($parts) {
                $this->database->run('UPDATE ' . $table . ' SET ' . implode(', ', $parts) . $where);
            }
            return (bool)$parts;
        }

        /** Categories and images are set as a whole; attributes are added or changed one by one. */
        private function set_lists($id, array $product, array $attributes, $language_id)
        {
            $has_changed = false;
            if (isset($product['categories'])) {
                $has_changed = $this->replace($id, 'product_to_category', 'category_id', $product['categories'], array());
            }
            if (isset($product['images'])) {
                $more = array_values(array_slice($product['images'], 1));
                $has_changed = $this->replace($id, 'product_image', 'image', $more, array('sort_order' => 0)) || $has_changed;
            }
            if (isset($product['attributes'])) {
                $has_changed = $this->set_attributes($id, $product['attributes'], $attributes, $language_id) || $has_changed;
            }
            return $has_changed;
        }

        /** Those of the module's own group that are not stated any more go; the owner's stay. */
        private function set_attributes($id, array $stated, array $attributes, $language_id)
        {
            $table = $this->database->table('product_attribute');
            $present = array();
            foreach ($this->database->rows('SELECT attribute_id, language_id, text FROM ' . $table . ' WHERE product_id = ' . (int)$id) as $row) {
                $present[(int)$row['attribute_id']][(int)$row['language_id']] = (string)$row['text'];
            }
            $has_changed = false;
            $kept = array();
            foreach ($stated as $attribute) {
                $attribute_id = $attributes[Text::folded($attribute['group'] . "\n" . $attribute['name'])];
                $kept[$attribute_id] = true;
                $text = Text::stored($attribute['text']);
                foreach ($this->language_ids() as $in_language) {
                    // What has been translated in the other languages stays.
                    $is_meant = $in_language === (int)$language_id || !isset($present[$attribute_id][$in_language]);
                    if ($is_meant && (!isset($present[$attribute_id][$in_language]) || $present[$attribute_id][$in_language] !== $text)) {
                        $this->database->run('REPLACE INTO ' . $table . ' (product_id, attribute_id, language_id, text) VALUES ('
                            . (int)$id . ', ' . (int)$attribute_id . ', ' . (int)$in_language . ', ' . $this->database->quote($text) . ')');
                        $present[$attribute_id][$in_language] = $text;
                        $has_changed = true;
                    }
                }
            }
            foreach (array_keys(array_diff_key($present, $kept)) as $attribute_id) {
                if (in_array($attribute_id, $this->own_attributes(), true)) {
                    $this->database->run('DELETE FROM ' . $table . ' WHERE product_id = ' . (int)$id . ' AND attribute_id = ' . (int)$attribute_id);
                    $has_changed = true;
                }
            }
            return $has_changed;
        }

        private $own_attributes = null;

        /** Attributes of the group that the module makes where none is named. */
        private function own_attributes()
        {
            if ($this->own_attributes === null) {
                $this->own_attributes = array();
                foreach ($this->database->rows('SELECT DISTINCT a.attribute_id FROM ' . $this->database->table('attribute') . ' a JOIN '
                    . $this->database->table('attribute_group_description')
                    . " g ON g.attribute_group_id = a.attribute_group_id WHERE g.name = '1C'") as $row) {
                    $this->own_attributes[] = (int)$row['attribute_id'];
                }
            }
            return $this->own_attributes;
        }

        private function replace($id, $table, $column, array $wanted, array $more)
        {
            $present = array();
            foreach ($this->database->rows('SELECT ' . $column . ' AS value FROM ' . $this->database->table($table)
                . ' WHERE product_id = ' . (int)$id . ' ORDER BY ' . ($table === 'product_image' ? 'product_image_id' : 'category_id')) as $row) {
                $present[] = (string)$row['value'];
            }
            $sorted = array_map('strval', $wanted);
            if ($table !== 'product_image') {
                sort($sorted, SORT_NUMERIC);
            }
            if ($present === $sorted) {
                return false;
            }
            $this->database->run('DELETE FROM ' . $this->database->table($table) . ' WHERE product_id = ' . (int)$id);
            foreach ($wanted as $value) {
                $this->database->insert($table, array('product_id' => (int)$id, $column => $value) + $more);
            }
            return true;
        }

        /** The readable part of an address; unique in a store, which no index of the database watches. */
        private function set_keyword($key, $id, $keyword)
        {
            $keyword = trim(preg_replace('/[^\p{L}\p{N}]+/u', '-', Text::folded($keyword)), '-');
            if ($keyword === '') {
                return false;
            }
            $is_old = $this->database->has('url_alias');
            $table = $is_old ? 'url_alias' : 'seo_url';
            $name = $this->database->table($table);
            // Columns differ: 2.3 and 3.0 have `query`, 4.x has `key` and `value`.
            $has_query = isset($this->database->columns($table)['query']);
            $own = $has_query ? '`query` = ' . $this->database->quote($key . '=' . (int)$id)
                : '`key` = ' . $this->database->quote($key) . " AND `value` = '" . (int)$id . "'";
            $store = $is_old ? '' : ' AND store_id = ' . $this->store_id;
            $taken = $this->database->value('SELECT COUNT(*) FROM ' . $name . ' WHERE keyword = ' . $this->database->quote($keyword)
                . $store . ' AND NOT (' . $own . ')');
            if ($taken) {
                $keyword .= '-' . (int)$id;
            }
            $present = $this->database->rows('SELECT keyword FROM ' . $name . ' WHERE ' . $own . $store);
            foreach ($present as $row) {
                if ($row['keyword'] !== $keyword) {
                    $this->database->run('UPDATE ' . $name . ' SET keyword = ' . $this->database->quote($keyword) . ' WHERE ' . $own . $store);
                    return true;
                }
            }
            if ($present) {
                return false;
            }
            foreach ($is_old ? array(0) : $this->language_ids() as $language_id) {
                $this->database->insert($table, array('store_id' => $this->store_id, 'language_id' => $language_id,
                    'query' => $key . '=' . (int)$id, 'key' => $key, 'value' => (string)(int)$id, 'keyword' => $keyword, 'sort_order' => 0));
            }
            return true;
        }

        /** Categories by 1C's id, parents before children in whatever order they come. */
        public function upsert_categories(array $rows, $language_id)
        {
            $report = new Report(count($rows));
            $waiting = $guids = $stated = array();
            foreach ($rows as $n => $row) {
                try {
                    $waiting[$n] = $this->read_category($row);
                    $guid = $waiting[$n]['guid'];
                    if (isset($stated[$guid])) {
                        throw new RowFault('an earlier row of this batch is about the same category');
                    }
                    $stated[$guid] = $guids[$guid] = true;
                    if ($waiting[$n]['parent'] !== null) {
                        $guids[$waiting[$n]['parent']] = true;
                    }
                } catch (RowFault $fault) {
                    unset($waiting[$n]);
                    $report->reject($n, $fault->getMessage());
                }
            }
            $tree = $this->tree($language_id);
            $links = array_intersect($this->database->links('category', array_map('strval', array_keys($guids))), array_keys($tree));
            do {
                $n_waiting = count($waiting);
                foreach ($waiting as $n => $category) {
                    $parent = 0;
                    if ($category['parent'] !== null) {
                        if (!isset($links[$category['parent']])) {
                            continue;
                        }
                        $parent = $links[$category['parent']];
                    }
                    $this->upsert_category($n, $category, $parent, $links, $tree, $language_id, $report);
                    unset($waiting[$n]);
                }
            } while ($waiting && count($waiting) < $n_waiting);
            foreach ($waiting as $n => $_) {
                $report->reject($n, 'its parent is not there');
            }
            return $report->answer();
        }

        private function read_category($row)
        {
            $emoji = $this->database->keeps_emoji();
            $read = array(
                'guid' => Check::text($row, 'guid', 120, $emoji),
                'name' => Check::text($row, 'name', 255, $emoji),
                'parent' => Check::of($row, 'parent_guid') === null ? null : Check::text($row, 'parent_guid', 120, $emoji),
                'status' => Check::of($row, 'enabled') === false ? 0 : 1,
            );
            if ($read['guid'] === '' || $read['name'] === '') {
                throw new RowFault('a category needs `guid` and `name`');
            }
            if ($read['parent'] === $read['guid']) {
                throw new RowFault('a category cannot be its own parent');
            }
            return $read;
        }

        private function tree($language_id)
        {
            $tree = array();
            foreach ($this->database->rows('SELECT c.category_id, c.parent_id, d.name FROM ' . $this->database->table('category') . ' c LEFT JOIN '
                . $this->database->table('category_description') . ' d ON d.category_id = c.category_id AND d.language_id = '
                . (int)$language_id) as $row) {
                $tree[(int)$row['category_id']] = array('parent' => (int)$row['parent_id'], 'name' => Text::plain($row['name']));
            }
            return $tree;
        }

        /** A category that is not remembered is looked for by its name under its parent, before one is added. */
        private function upsert_category($n, array $category, $parent, array &$links, array &$tree, $language_id, Report $report)
        {
            $guid = $category['guid'];
            $state = 'unchanged';
            if (!isset($links[$guid])) {
                foreach ($tree as $id => $known) {
                    if ($known['parent'] === $parent && Text::folded($known['name']) === Text::folded($category['name'])
                        && !in_array($id, $links, true)) {
                        $links[$guid] = $id;
                        $this->database->link('category', $guid, $id);
                        $state = 'applied';
                        break;
                    }
                }
            }
            if (!isset($links[$guid])) {
                $id = $this->add_category($category, $parent);
                $links[$guid] = $id;
                $tree[$id] = array('parent' => $parent, 'name' => $category['name']);
                $this->database->link('category', $guid, $id);
                $report->put($n, 'applied', array('id' => $id, 'added' => true));
                return;
            }
            $id = $links[$guid];
            if ($tree[$id]['name'] !== $category['name']) {
                $this->set_texts('category', $id, array('name' => Text::stored($category['name'])), $language_id);
                $tree[$id]['name'] = $category['name'];
                $state = 'applied';
            }
            if ($tree[$id]['parent'] !== $parent) {
                for ($above = $parent, $steps = 0; $above !== 0 && $steps < 100; $steps++) {
                    if ($above === $id) {
                        $report->reject($n, 'its parent would be one of its own children');
                        return;
                    }
                    $above = isset($tree[$above]) ? $tree[$above]['parent'] : 0;
                }
                $tree[$id]['parent'] = $parent;
                $this->database->update('category', 'category_id', $id, array('parent_id' => $parent));
                $this->rebuild_paths($id, $tree);
                $state = 'applied';
            }
            $report->put($n, $state, array('id' => $id));
        }

        private function add_category(array $category, $parent)
        {
            $id = $this->database->insert('category', array('parent_id' => (int)$parent, 'image' => '', 'top' => 0, 'column' => 1,
                'sort_order' => 0, 'status' => $category['status'], 'date_added' => date('Y-m-d H:i:s'), 'date_modified' => date('Y-m-d H:i:s')));
            $stored = Text::stored($category['name']);
            $this->describe('category', $id, array('name' => $stored, 'description' => '', 'meta_title' => $stored,
                'meta_description' => '', 'meta_keyword' => ''));
            $this->database->insert('category_to_store', array('category_id' => $id, 'store_id' => $this->store_id));
            $this->write_path($id);
            return $id;
        }

        /** A row for each ancestor, from the root on, and one for the category itself. */
        private function write_path($id)
        {
            $path = $this->database->table('category_path');
            $this->database->run('DELETE FROM ' . $path . ' WHERE category_id = ' . (int)$id);
            $parent = (int)$this->database->value('SELECT parent_id FROM ' . $this->database->table('category')
                . ' WHERE category_id = ' . (int)$id);
            $this->database->run('INSERT INTO ' . $path . ' (category_id, path_id, `level`) SELECT ' . (int)$id . ', path_id, `level` FROM '
                . $path . ' WHERE category_id = ' . $parent);
            $level = (int)$this->database->value('SELECT COUNT(*) FROM ' . $path . ' WHERE category_id = ' . (int)$id);
            $this->database->insert('category_path', array('category_id' => (int)$id, 'path_id' => (int)$id, 'level' => $level));
        }

        private function rebuild_paths($id, array $tree)
        {
            $this->write_path($id);
            foreach ($tree as $child => $known) {
                if ($known['parent'] === $id && $child !== $id) {
                    $this->rebuild_paths($child, $tree);
                }
            }
        }
    }

    /** Pictures of products, kept below `image/catalog/1c/`. */
    class Images
    {
        /** By what the file is, not by what it is called. */
        private static $endings = array(IMAGETYPE_JPEG => 'jpg', IMAGETYPE_PNG => 'png', IMAGETYPE_GIF => 'gif', 18 => 'webp');

        public function store(array $rows)
        {
            $report = new Report(count($rows));
            foreach ($rows as $n => $row) {
                $data = Check::of($row, 'data');
                $data = is_string($data) ? base64_decode($data, true) : false;
                $name = Check::of($row, 'name');
                if ($data === false || $data === '' || !is_string($name) || $name === '') {
                    $report->reject($n, 'an image needs `name`, and `data` in base64');
                    continue;
                }
                // A file that is no image is the caller's mistake, not one to stop for.
                $size = @getimagesizefromstring($data);
                if (!$size || !isset(self::$endings[$size[2]])) {
                    $report->reject($n, 'the file is no JPEG, PNG, GIF or WebP');
                    continue;
                }
                $path = self::path($name, self::$endings[$size[2]]);
                $file = rtrim(DIR_IMAGE, '/') . '/' . $path;
                if (is_file($file) && filesize($file) === strlen($data) && hash_file('sha256', $file) === hash('sha256', $data)) {
                    $report->put($n, 'unchanged', array('path' => $path));
                    continue;
                }
                self::write($file, $data);
                $report->put($n, 'applied', array('path' => $path));
            }
            return $report->answer();
        }

        /**
         * A path made of harmless characters. A name that cannot be kept as it is gets a hash of
         * all of it, ending included: two names never come to one path.
         */
        private static function path($name, $ending)
        {
            $stem = preg_replace('/\.[A-Za-z0-9]{1,5}$/D', '', str_replace('\\', '/', $name));
            $stem = trim(preg_replace('#/{2,}|(?<=/)\.+|^\.+#', '/', $stem), '/');
            $clean = preg_replace('#[^A-Za-z0-9_/-]#', '_', $stem);
            if ($clean === '' || strlen($clean) > 150 || $clean . '.' . $ending !== $name) {
                $clean = ($clean === '' ? 'picture' : substr($clean, 0, 120)) . '-' . substr(hash('sha256', $name), 0, 12);
            }
            return 'catalog/1c/' . $clean . '.' . $ending;
        }

        /** Under another name first, so that no visitor sees half a picture. */
        private static function write($file, $data)
        {
            $folder = dirname($file);
            if (!is_dir($folder) && !mkdir($folder, 0755, true) && !is_dir($folder)) {
                throw new Refusal(500, 'broken', 'the folder for images cannot be made');
            }
            $part = $file . '.part';
            if (file_put_contents($part, $data) !== strlen($data) || !rename($part, $file)) {
                throw new Refusal(500, 'broken', 'the image cannot be written');
            }
        }
    }

    /** One call from its first byte to its last. */
    class Module
    {
        const MAX_BODY = 8388608;
        /** How long the answer to a batch is kept, and how long a signed question cannot be asked again. */
        const KEEP_ANSWER = 259200;
        const KEEP_QUESTION = 900;

        /** Calls that only ask. Their request ids are kept for a while, so that nobody can repeat one. */
        private static $questions = array('ping', 'statuses', 'categories', 'orders', 'articles', 'products');

        /** Calls that change the shop, and how many rows one batch may have. */
        private static $batches = array('stock' => 20000, 'prices' => 20000, 'names' => 5000, 'option_stock' => 20000,
            'order_status' => 200, 'products_upsert' => 500, 'categories_upsert' => 1000, 'image' => 50);

        private static $pages = array('orders' => 200, 'products' => 2000, 'articles' => 50000);

        private static $is_lenient = 0;
        private static $is_done = false;

        private $registry;
        private $config;
        private $database;
        private $finder;
        private $lists;
        private $request_id = '';

        public function __construct($registry)
        {
            $this->registry = $registry;
            $this->config = $registry->get('config');
            $this->database = new Database($registry->get('db'));
            $this->finder = new Finder($this->database);
            $this->lists = new Lists($this->database, $this->finder);
        }

        /** Answers and ends the request, so that nothing is printed behind the answer. */
        public function run()
        {
            ini_set('display_errors', '0');
            ignore_user_abort(true);
            if (function_exists('set_time_limit')) {
                set_time_limit(600);
            }
            ob_start();
            set_error_handler(array('Apizs\Module', 'on_warning'));
            register_shutdown_function(array('Apizs\Module', 'on_shutdown'));
            try {
                $answer = array(200, array('ok' => true) + $this->answer());
            } catch (Refusal $refusal) {
                $answer = array($refusal->status, array('ok' => false, 'error' => $refusal->reason,
                    'message' => $refusal->getMessage()) + $refusal->details);
            } catch (\Exception $exception) {
                $answer = self::broken($exception);
            } catch (\Throwable $error) {
                $answer = self::broken($error);
            }
            $this->send($answer[0], $answer[1] + array('v' => CONTRACT, 'request_id' => $this->request_id));
        }

        /** The cause goes into the shop's log; it may hold SQL and paths. */
        private static function broken($cause)
        {
            error_log('apizs/sync: ' . get_class($cause) . ': ' . strip_tags($cause->getMessage()) . ' at line ' . $cause->getLine());
            return array(500, array('ok' => false, 'error' => 'broken', 'message' => 'the shop failed; its PHP error log says why'));
        }

        /** A warning within this file is a mistake of it, and stops the call. */
        public static function on_warning($level, $message, $file = '', $line = 0)
        {
            if (self::$is_lenient || !(error_reporting() & $level) || in_array($level, array(E_DEPRECATED, E_USER_DEPRECATED), true)) {
                return true;
            }
            throw new \ErrorException($message, 0, $level, $file, $line);
        }

        /** Runs code of the shop and of its extensions, whose warnings are not ours. */
        public static function leniently($work)
        {
            self::$is_lenient++;
            try {
                return call_user_func($work);
            } finally {
                self::$is_lenient--;
            }
        }

        /** Out of memory or time. */
        public static function on_shutdown()
        {
            if (self::$is_done) {
                return;
            }
            while (ob_get_level() > 0 && @ob_end_clean()) {
                continue;
            }
            if (!headers_sent()) {
                http_response_code(500);
                header('Content-Type: application/json');
            }
            echo '{"ok":false,"error":"broken","message":"PHP ended the call: out of memory or time","v":' . CONTRACT . '}';
        }

        private function answer()
        {
            if (!isset($_SERVER['REQUEST_METHOD']) || $_SERVER['REQUEST_METHOD'] !== 'POST') {
                throw new Refusal(405, 'method', 'calls are POST requests');
            }
            $call = isset($_GET['call']) && is_string($_GET['call']) ? $_GET['call'] : '';
            $request_id = isset($_SERVER['HTTP_X_OBMEN_REQUEST']) ? (string)$_SERVER['HTTP_X_OBMEN_REQUEST'] : '';
            if (!preg_match('/^[A-Za-z0-9_-]{8,64}$/D', $request_id)) {
                throw new Refusal(400, 'malformed', 'the request id has not 8 to 64 letters and digits');
            }
            $body = $this->body();
            $gate = new Gate($this->database);
            $api_id = $gate->let_in($call, $body, $request_id);
            // From here on the caller is known.
            $this->request_id = $request_id;
            $input = $body === '' ? array() : json_decode($body, true, 32, JSON_BIGINT_AS_STRING);
            if (!is_array($input) || ($body !== '' && $body[0] !== '{')) {
                throw new Refusal(400, 'malformed', 'the body is no JSON object in UTF-8');
            }
            $this->database->prepare();
            $this->database->run('DELETE FROM ' . $this->database->table(Database::REQUESTS) . ' WHERE expires < ' . time());
            if (in_array($call, self::$questions, true)) {
                $this->once($call, $body);
                return $this->ask($call, $input);
            }
            if (isset(self::$batches[$call])) {
                $this->note_call($api_id, $call);
                return $this->change($call, $input, $body);
            }
            throw new Refusal(400, 'unknown_call', 'there is no such call');
        }

        private function body()
        {
            $announced = isset($_SERVER['CONTENT_LENGTH']) ? (float)$_SERVER['CONTENT_LENGTH'] : 0;
            $body = '';
            if ($announced <= self::MAX_BODY) {
                $stream = fopen('php://input', 'rb');
                $body = stream_get_contents($stream, self::MAX_BODY + 1);
                fclose($stream);
            }
            if ($announced > self::MAX_BODY || strlen($body) > self::MAX_BODY) {
                throw new Refusal(413, 'too_large', 'the body is larger than ' . self::MAX_BODY . ' bytes');
            }
            return $body;
        }

        /** 4.1 shows the calls of its API users in the admin panel. */
        private function note_call($api_id, $call)
        {
            if ($this->database->has('api_history')) {
                $this->database->insert('api_history', array('api_id' => (int)$api_id, 'call' => substr($call, 0, 32),
                    'ip' => (string)$_SERVER['REMOTE_ADDR'], 'date_added' => date('Y-m-d H:i:s')));
            }
        }

        private function digest($call, $body)
        {
            return hash('sha256', $call . "\n" . (int)$this->config->get('config_store_id') . "\n" . $body);
        }

        /** Somebody who has listened to a signed question does not get its answer. */
        private function once($call, $body)
        {
            $this->database->run('INSERT IGNORE INTO ' . $this->database->table(Database::REQUESTS) . ' (request_id, digest, expires) VALUES ('
                . $this->database->quote($this->request_id) . ', ' . $this->database->quote($this->digest($call, $body)) . ', '
                . (time() + self::KEEP_QUESTION) . ')');
            if ($this->database->n_changed() < 1) {
                throw new Refusal(409, 'replay', 'this request id has been used');
            }
        }

        private function ask($call, $input)
        {
            $store_id = (int)$this->config->get('config_store_id');
            $language_id = $this->language($input);
            switch ($call) {
                case 'ping':
                    return $this->ping($store_id);
                case 'statuses':
                    return $this->lists->statuses($language_id);
                case 'categories':
                    return $this->lists->categories($language_id);
                case 'articles':
                    return $this->lists->articles($input, $this->limit($call, $input));
                case 'products':
                    return $this->lists->products($input, $language_id, $store_id, $this->limit($call, $input));
                default:
                    $orders = new Orders($this->database, $this->finder, $this->registry);
                    return $orders->page($input, $store_id, $this->limit($call, $input));
            }
        }

        private function limit($call, $input)
        {
            $limit = Check::id(Check::of($input, 'limit'));
            return $limit === null ? self::$pages[$call] : min($limit, self::$pages[$call]);
        }

        /** `language` is a code such as `ru-ru`; without it the shop's own is meant. */
        private function language($input)
        {
            $wanted = Check::of($input, 'language');
            $default = null;
            foreach ($this->lists->languages() as $row) {
                if ($wanted !== null && $row['code'] === $wanted) {
                    return (int)$row['language_id'];
                }
                if ($row['code'] === $this->config->get('config_language')) {
                    $default = (int)$row['language_id'];
                }
            }
            if ($wanted !== null) {
                throw new Refusal(422, 'rejected', 'the shop has no such language');
            }
            return $default !== null ? $default : (int)$this->config->get('config_language_id');
        }

        private function ping($store_id)
        {
            $currencies = $stores = $groups = $languages = array();
            foreach ($this->database->rows('SELECT code, value, status FROM ' . $this->database->table('currency') . ' ORDER BY currency_id') as $row) {
                $currencies[] = array('code' => $row['code'], 'rate' => (string)$row['value'], 'enabled' => (bool)$row['status']);
            }
            $stores[] = array('id' => 0, 'name' => Text::plain($this->config->get('config_name')));
            foreach ($this->database->rows('SELECT store_id, name FROM ' . $this->database->table('store')) as $row) {
                $stores[] = array('id' => (int)$row['store_id'], 'name' => Text::plain($row['name']));
            }
            foreach ($this->database->rows('SELECT customer_group_id, MIN(name) AS name FROM '
                . $this->database->table('customer_group_description') . ' GROUP BY customer_group_id') as $row) {
                $groups[] = array('id' => (int)$row['customer_group_id'], 'name' => Text::plain($row['name']));
            }
            foreach ($this->lists->languages() as $row) {
                $languages[] = array('code' => $row['code'], 'name' => Text::plain($row['name']), 'enabled' => (bool)$row['status']);
            }
            return array(
                'module' => MODULE_VERSION,
                'opencart' => defined('VERSION') ? VERSION : '',
                'php' => PHP_VERSION,
                'time' => time(),
                'time_zone' => date_default_timezone_get(),
                'store_id' => $store_id,
                'stores' => $stores,
                'currency' => (string)$this->config->get('config_currency'),
                'currencies' => $currencies,
                'language' => (string)$this->config->get('config_language'),
                'languages' => $languages,
                'customer_groups' => $groups,
                'calls' => array_merge(self::$questions, array_keys(self::$batches)),
                'transactions' => $this->database->is_transactional(),
                'emoji' => $this->database->keeps_emoji(),
                'limits' => array('body' => self::MAX_BODY, 'rows' => self::$batches, 'pages' => self::$pages),
            );
        }

        /**
         * Does a batch once: its answer is stored together with what it did, and given again to
         * whoever asks again. Where the tables know no transactions, a batch that a crash cut
         * short is begun again; it states what is to be, so doing a part of it twice does no harm.
         */
        private function change($call, $input, $body)
        {
            $rows = Check::of($input, 'rows');
            if (!is_array($rows) || array_keys($rows) !== array_keys(array_values($rows))) {
                throw new Refusal(422, 'rejected', '`rows` is no list');
            }
            if (count($rows) > self::$batches[$call]) {
                throw new Refusal(413, 'too_large', 'a batch of this call has at most ' . self::$batches[$call] . ' rows');
            }
            $language_id = $this->language($input);
            $lock = $this->database->quote('apizs:' . substr(sha1(DB_DATABASE . DB_PREFIX), 0, 40));
            if (!$this->database->value('SELECT GET_LOCK(' . $lock . ', 20)')) {
                throw new Refusal(503, 'busy', 'another batch is being carried out');
            }
            try {
                return $this->change_alone($call, $rows, $input, $body, $language_id);
            } finally {
                // Where connections are kept open, nobody else would give it back.
                $this->database->value('SELECT RELEASE_LOCK(' . $lock . ')');
            }
        }

        private function change_alone($call, array $rows, $input, $body, $language_id)
        {
            $requests = $this->database->table(Database::REQUESTS);
            $id = $this->database->quote($this->request_id);
            $digest = $this->digest($call, $body);
            $known = $this->database->row('SELECT digest, answer FROM ' . $requests . ' WHERE request_id = ' . $id);
            if ($known && !hash_equals($known['digest'], $digest)) {
                throw new Refusal(409, 'conflict', 'this request id belongs to another batch');
            }
            if ($known && $known['answer'] !== null) {
                return json_decode(gzuncompress($known['answer']), true) + array('repeated' => true);
            }
            // What the shop's own model does for an order, mail and all, cannot be taken back.
            $is_safe = $call !== 'order_status' && $call !== 'image' && $this->database->is_transactional();
            $this->database->keeps_emoji();
            $is_over = !$is_safe;
            if ($is_safe) {
                $this->database->run('START TRANSACTION');
            }
            try {
                $this->database->run('INSERT IGNORE INTO ' . $requests . ' (request_id, digest, expires) VALUES (' . $id . ', '
                    . $this->database->quote($digest) . ', ' . (time() + self::KEEP_ANSWER) . ')');
                $answer = $this->carry_out($call, $rows, $input, $language_id);
                $this->database->run('UPDATE ' . $requests . ' SET answer = 0x' . bin2hex(gzcompress(self::json($answer)))
                    . ' WHERE request_id = ' . $id);
                if ($is_safe) {
                    $this->database->run('COMMIT');
                    $is_over = true;
                }
            } finally {
                if (!$is_over) {
                    $this->database->run('ROLLBACK');
                }
            }
            return $answer;
        }

        private function carry_out($call, array $rows, $input, $language_id)
        {
            $store_id = (int)$this->config->get('config_store_id');
            $values = new Values($this->database, $this->finder);
            $catalogue = new Catalogue($this->database, $this->finder, $this->lists, $this->config, $store_id);
            switch ($call) {
                case 'stock':
                    $answer = $values->stock($rows);
                    break;
                case 'prices':
                    $answer = $values->prices($rows);
                    break;
                case 'names':
                    $answer = $values->names($rows, $language_id);
                    break;
                case 'option_stock':
                    $options = new Options($this->database, $this->finder, $this->lists->languages(), $language_id);
                    $answer = $options->set($rows, Check::of($input, 'add') === true, Check::of($input, 'sum') === true);
                    break;
                case 'order_status':
                    $orders = new Orders($this->database, $this->finder, $this->registry);
                    return $orders->set_statuses($rows, $store_id);
                case 'image':
                    $images = new Images();
                    return $images->store($rows);
                case 'categories_upsert':
                    $answer = $catalogue->upsert_categories($rows, $language_id);
                    break;
                default:
                    $mode = Check::of($input, 'mode');
                    if (!in_array($mode, array('add', 'update', 'upsert'), true)) {
                        throw new Refusal(422, 'rejected', '`mode` is neither `add` nor `update` nor `upsert`');
                    }
                    $answer = $catalogue->upsert_products($rows, $mode, $language_id);
            }
            if ($answer['applied'] > 0) {
                $cache = $this->registry->get('cache');
                self::leniently(function () use ($cache) {
                    foreach (array('product', 'category', 'manufacturer') as $name) {
                        $cache->delete($name);
                    }
                });
            }
            return $answer;
        }

        private static function json($value)
        {
            $json = json_encode($value, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES);
            if ($json === false) {
                // A row that some program has stored in another encoding must not hide all others.
                array_walk_recursive($value, function (&$text) {
                    if (is_string($text) && !preg_match('//u', $text)) {
                        $text = preg_replace('/[^\x20-\x7E]/', '?', $text);
                    }
                });
                $json = json_encode($value, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES);
            }
            return $json;
        }

        private function send($status, array $answer)
        {
            $json = self::json($answer);
            while (ob_get_level() > 0 && @ob_end_clean()) {
                continue;
            }
            self::$is_done = true;
            $accepted = isset($_SERVER['HTTP_ACCEPT_ENCODING']) ? (string)$_SERVER['HTTP_ACCEPT_ENCODING'] : '';
            $is_packed = strlen($json) > 2000 && strpos($accepted, 'gzip') !== false && !ini_get('zlib.output_compression');
            if ($is_packed) {
                $json = gzencode($json, 1);
                header('Content-Encoding: gzip');
            }
            http_response_code($status);
            header('Content-Type: application/json');
            header('Cache-Control: no-store');
            if (!ini_get('zlib.output_compression')) {
                header('Content-Length: ' . strlen($json));
            }
            echo $json;
            exit;
        }
    }
}

namespace Opencart\Catalog\Controller\Apizs {

    if (class_exists('Opencart\System\Engine\Controller')) {
        /** OpenCart 4 finds the module by this name. */
        class Sync extends \Opencart\System\Engine\Controller
        {
            public function index()
            {
                $module = new \Apizs\Module($this->registry);
                $module->run();
            }
        }
    }
}

namespace {

    if (class_exists('Controller') && !class_exists('ControllerApizsSync', false)) {
        /** OpenCart 2.3 and 3.0 find the module by this name. */
        class ControllerApizsSync extends Controller
        {
            public function index()
            {
                $module = new \Apizs\Module($this->registry);
                $module->run();
            }
        }

        /** And by this one where an installer has put it. */
        class ControllerExtensionApizsSync extends ControllerApizsSync
        {
        }
    }
}
