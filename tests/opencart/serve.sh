#!/bin/sh
# Starts a server for the tests, says when it is ready, and ends it when its input closes,
# which is when whoever started it is gone, however that came about.
#
#   serve.sh database FOLDER          a MariaDB of its own; prints its socket
#   serve.sh shop FOLDER              PHP serving index.php; prints its port
set -eu
folder=$2
case $1 in
database)
    # The system's own database server is left alone: other folder, other socket, no port.
    as_root=''
    [ "$(id -u)" != 0 ] || as_root='--user=root'
    mariadb-install-db --no-defaults $as_root --datadir="$folder/data" --auth-root-authentication-method=normal \
        --skip-test-db >"$folder/install.log" 2>&1 || { cat "$folder/install.log" >&2; exit 1; }
    mariadbd --no-defaults $as_root --datadir="$folder/data" --socket="$folder/db.sock" --pid-file="$folder/db.pid" \
        --skip-networking --skip-log-bin --innodb-buffer-pool-size=64M --innodb-flush-log-at-trx-commit=0 \
        --innodb-doublewrite=0 >"$folder/db.log" 2>&1 &
    server=$!
    until mariadb-admin --no-defaults --socket="$folder/db.sock" -uroot ping >/dev/null 2>&1; do
        kill -0 $server 2>/dev/null || { cat "$folder/db.log" >&2; exit 1; }
        sleep 0.1
    done
    echo "$folder/db.sock"
    ;;
shop)
    here=$(dirname "$0")
    # As web servers run PHP: the module is read once, not at each call.
    php -d memory_limit=64M -d post_max_size=1M -d opcache.enable_cli=1 -S 127.0.0.1:0 "$here/index.php" >"$folder/php.log" 2>&1 &
    server=$!
    until grep -q ') started' "$folder/php.log" 2>/dev/null; do
        kill -0 $server 2>/dev/null || { cat "$folder/php.log" >&2; exit 1; }
        sleep 0.05
    done
    sed -n 's/.*127\.0\.0\.1:\([0-9]*\)) started.*/\1/p' "$folder/php.log" | head -n 1
    ;;
esac
read -r _ || true
kill $server 2>/dev/null || true
wait $server 2>/dev/null || true
rm -rf "$folder"
