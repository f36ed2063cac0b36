#!/usr/bin/env bash
# Private database servers for one run of the tests or the benches.
#
#     scripts/servers.sh postgres [--durable] mysql
#
# starts the named servers in temporary directories, each on a port that the system chose, prints
#
#     TEST_POSTGRES_URL=postgres://...
#     TEST_MYSQL_URL=mysql://...
#     ready
#
# and waits for the end of its standard input; then it stops them and removes the directories. Whoever starts it holds
# the other end of that pipe, so the servers end with their user, however that ends. The servers named after `--durable`
# keep their data on disk with fsync on.
#
# Read as a library (`source scripts/servers.sh`) it only defines functions: `missing_programs` for scripts/setup,
# `with_servers` for scripts/test and scripts/bench, and `with_temporary_memory` for scripts/test.
set -uo pipefail

# The path of a program: on PATH, or where the packages of Debian and others put it; the newest version wins.
find_binary() {
  command -v "$1" && return
  local found
  found=$(ls -d /usr/lib/postgresql/*/bin/"$1" /usr/pgsql-*/bin/"$1" /opt/homebrew/opt/postgresql@*/bin/"$1" \
    /usr/sbin/"$1" /usr/local/sbin/"$1" /usr/libexec/"$1" 2>/dev/null | sort -V | tail -n 1)
  [ -n "$found" ] && printf '%s\n' "$found"
}

# Prints the programs that a server needs and that are nowhere to be found.
missing_programs() {
  local program
  case $1 in
    postgres) set -- initdb postgres psql ;;
    mysql) set -- mariadb-install-db mariadbd mariadb ;;
    sqlite) set -- sqlite3 ;;
    *) return ;;
  esac
  for program in "$@"; do
    find_binary "$program" >/dev/null || printf '%s\n' "$program"
  done
}

die() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# Runs a command as the user who owns the data directories. Servers refuse to run as root.
as_owner() {
  if [ "$(id -u)" != 0 ]; then
    exec "$@"
  elif command -v setpriv >/dev/null; then
    exec setpriv --reuid="$OWNER" --regid="$(id -g "$OWNER")" --clear-groups -- "$@"
  else
    exec runuser -u "$OWNER" -- "$@"
  fi
}

# The first of the named users that exists on this machine; the present one when it is not root.
choose_owner() {
  local user
  [ "$(id -u)" = 0 ] || { id -un; return; }
  for user in "$@"; do
    id -u "$user" >/dev/null 2>&1 && { printf '%s\n' "$user"; return; }
  done
  die "running as root needs one of the users $* to own the servers"
}

# A port of 127.0.0.1 that the system has just given out as free. Another process may take it before the server binds:
# the identity check below notices, and the caller asks again.
free_port() {
  perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1")->sockport' 2>/dev/null ||
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])' 2>/dev/null ||
    echo $((20000 + (RANDOM * 32768 + RANDOM) % 12000))
}

# A process that has ended and only waits for its parent to notice is not running.
is_running() {
  kill -0 "$1" 2>/dev/null && ! grep -q '^State:.*Z' "/proc/$1/status" 2>/dev/null
}

# Waits until `identity` prints the data directory, so that never another server on that port is taken for ours.
wait_until_ours() {
  local expected=$1 process=$2 identity=$3 found turn
  for ((turn = 0; turn < 600; turn++)); do
    found=$($identity 2>/dev/null) && {
      [ "${found%/}" = "$expected" ]
      return
    }
    is_running "$process" || return 1
    sleep 0.1
  done
  return 1
}

# Starts a server on port after port until one is ours: `launch` uses DATA, HOME_OF and PORT.
start_on_free_port() {
  local name=$1 launch=$2 identity=$3 attempt
  for attempt in 1 2 3 4 5; do
    PORT=$(free_port)
    ($launch) >>"$HOME_OF/log" 2>&1 </dev/null &
    local process=$!
    echo "$process" >"$CONTROL/${HOME_OF##*/}.pid"
    wait_until_ours "$DATA" "$process" "$identity" && return
    kill -9 "$process" 2>/dev/null
    wait "$process" 2>/dev/null
  done
  tail -n 30 "$HOME_OF/log" >&2
  die "$name did not start on any of $attempt ports, its log ends as shown above"
}

postgres_identity() {
  PGCONNECT_TIMEOUT=5 "$(find_binary psql)" -X -At "$(postgres_url)" -c 'show data_directory'
}
postgres_url() { printf 'postgres://migrate:migrate@127.0.0.1:%s/postgres' "$PORT"; }
postgres_launch() {
  local durable=()
  [ "$DURABLE" = yes ] || durable=(-c fsync=off -c synchronous_commit=off -c full_page_writes=off)
  as_owner "$(find_binary postgres)" -D "$DATA" -c listen_addresses=127.0.0.1 -c port="$PORT" \
    -c unix_socket_directories="$HOME_OF" -c max_connections=200 -c max_locks_per_transaction=256 \
    -c shared_buffers=64MB -c logging_collector=off "${durable[@]}"
}
start_postgres() {
  OWNER=$(choose_owner postgres nobody) || exit 1
  prepare_home postgres
  (as_owner "$(find_binary initdb)" -D "$DATA" -U migrate --auth=trust -E UTF8 --locale=C --no-sync) \
    >>"$HOME_OF/log" 2>&1 || { tail -n 30 "$HOME_OF/log" >&2; die "initdb failed"; }
  start_on_free_port PostgreSQL postgres_launch postgres_identity
  echo "TEST_POSTGRES_URL=$(postgres_url)" >"$CONTROL/postgres.url"
}

mysql_identity() {
  "$(find_binary mariadb)" --no-defaults --connect-timeout=5 -h127.0.0.1 -P"$PORT" -umigrate -pmigrate -N -B -e 'select @@datadir'
}
mysql_launch() {
  local durable=()
  [ "$DURABLE" = yes ] || durable=(--innodb-flush-method=nosync --innodb-flush-log-at-trx-commit=0 --sync-frm=0)
  as_owner "$(find_binary mariadbd)" --no-defaults --datadir="$DATA" --bind-address=127.0.0.1 --port="$PORT" \
    --socket="$HOME_OF/socket" --pid-file="$HOME_OF/server.pid" --tmpdir="$HOME_OF" --init-file="$HOME_OF/users.sql" \
    --skip-name-resolve --skip-log-bin --max-connections=300 --innodb-buffer-pool-size=128M \
    --character-set-server=utf8mb4 "${durable[@]}"
}
start_mysql() {
  OWNER=$(choose_owner mysql nobody) || exit 1
  prepare_home mysql
  printf '%s\n' "CREATE USER IF NOT EXISTS migrate@'%' IDENTIFIED BY 'migrate';" \
    "GRANT ALL ON *.* TO migrate@'%' WITH GRANT OPTION;" >"$HOME_OF/users.sql"
  chmod 644 "$HOME_OF/users.sql"
  (as_owner "$(find_binary mariadb-install-db)" --no-defaults --datadir="$DATA" --tmpdir="$HOME_OF" \
    --auth-root-authentication-method=normal --skip-test-db --skip-name-resolve) \
    >>"$HOME_OF/log" 2>&1 || { tail -n 30 "$HOME_OF/log" >&2; die "mariadb-install-db failed"; }
  start_on_free_port MariaDB mysql_launch mysql_identity
  echo "TEST_MYSQL_URL=mysql://migrate:migrate@127.0.0.1:$PORT/mysql" >"$CONTROL/mysql.url"
}

# The directory that is memory, if there is one; a container's /dev/shm may be too small.
memory_with_room() {
  local free
  free=$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 { print $4 }')
  [ -w /dev/shm ] && [ "${free:-0}" -gt 2000000 ] && echo /dev/shm
}

# A directory for the server and in it one for its data. Memory is quickest; durable servers are meant to meet a disk.
prepare_home() {
  local parent=${TMPDIR:-/tmp}
  if [ "$DURABLE" = no ]; then
    parent=$(memory_with_room) || parent=${TMPDIR:-/tmp}
  fi
  parent=$(mktemp -d "$parent/migrate-servers.XXXXXX") || die "no temporary directory"
  echo "$parent" >>"$CONTROL/directories"
  chmod 711 "$parent"
  HOME_OF=$parent/$1 DATA=$parent/$1/data
  mkdir -p "$DATA" && chmod 700 "$DATA" && : >"$HOME_OF/log"
  [ "$(id -u)" != 0 ] || chown -R "$OWNER" "$HOME_OF"
}

# Ends the servers at once: nothing of theirs is kept. PostgreSQL gets SIGQUIT, which ends its children too and gives
# back the shared memory; whoever still lives after ten seconds gets SIGKILL.
stop_servers() {
  trap - EXIT INT TERM HUP
  local file process turn directory
  for file in "$CONTROL"/*.pid; do
    [ -e "$file" ] || continue
    process=$(cat "$file")
    case $file in
      */postgres.pid) kill -QUIT "$process" 2>/dev/null ;;
      *) kill -KILL "$process" 2>/dev/null ;;
    esac
    for ((turn = 0; turn < 100; turn++)); do
      is_running "$process" || break
      sleep 0.1
    done
    kill -KILL "$process" 2>/dev/null
  done
  while read -r directory; do
    rm -rf "$directory"
  done < <(cat "$CONTROL/directories" 2>/dev/null)
  rm -rf "$CONTROL"
}

serve() {
  local server missing starting=()
  for server in "$@"; do
    case $server in postgres | mysql | --durable) ;; *) die "unknown server $server, expected postgres or mysql" ;; esac
    missing=$(missing_programs "$server" | paste -sd' ' -)
    [ -z "$missing" ] || die "not found for $server: $missing; scripts/setup installs what is missing"
  done
  CONTROL=$(mktemp -d "${TMPDIR:-/tmp}/migrate-control.XXXXXX") || die "no temporary directory"
  trap stop_servers EXIT
  trap 'exit 130' INT TERM HUP
  DURABLE=no
  for server in "$@"; do
    [ "$server" != --durable ] || { DURABLE=yes; continue; }
    ("start_$server") &
    starting+=($!)
  done
  for server in "${starting[@]}"; do
    wait "$server" || exit 1
  done
  cat "$CONTROL"/*.url
  echo ready
  # In the background and waited for, because a signal interrupts `wait` at once but not a running `cat`.
  cat <&0 >/dev/null &
  wait $!
}

# For scripts that source this file: starts servers (arguments as above), exports their URLs, and stops them when the
# script ends, however it ends.
with_servers() {
  [ $# -gt 0 ] || return 0
  trap clean_up EXIT
  trap 'exit 130' INT TERM HUP
  coproc SERVERS { exec "$(dirname "${BASH_SOURCE[0]}")/servers.sh" "$@"; }
  # Bash forgets its descriptors when the process ends before it is ready.
  local line answers ready=no
  exec {answers}<&"${SERVERS[0]}"
  while read -r line <&"$answers"; do
    case $line in
      TEST_*) export "${line?}" && echo "${0##*/}: started ${line#*=}" ;;
      ready) ready=yes && break ;;
    esac
  done
  exec {answers}<&-
  [ $ready = yes ] || die "the servers did not start, see above"
}

# For scripts that source this file: temporary files are in memory, if it has room and programs may be run there, and are
# removed when the script ends.
with_temporary_memory() {
  local parent
  parent=$(memory_with_room) || return 0
  trap clean_up EXIT
  trap 'exit 130' INT TERM HUP
  TEMPORARY=$(mktemp -d "$parent/migrate-temporary.XXXXXX") || die "no temporary directory"
  printf '#!/bin/sh\n' >"$TEMPORARY/program" && chmod +x "$TEMPORARY/program"
  if "$TEMPORARY/program" 2>/dev/null; then
    export TMPDIR=$TEMPORARY
  fi
}

clean_up() {
  stop_serving
  [ -z "${TEMPORARY:-}" ] || rm -rf "$TEMPORARY"
}

# The end of its input tells servers.sh to stop; nothing to wait for if it has ended already.
stop_serving() {
  local process=${SERVERS_PID:-}
  [ -n "$process" ] || return 0
  exec {SERVERS[1]}>&-
  wait "$process" 2>/dev/null || true
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
  serve "$@"
fi
