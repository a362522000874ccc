#!/bin/sh
# Starts coturn with the turnserver.conf beside this file and what differs from place to place:
#
#   TURN_SECRET_FILE   the secret shared with the hub; default: the systemd credential `turn-secret`
#   TURN_REALM         the name clients are shown, mostly this server's
#   TURN_EXTERNAL_IP   public address, or PUBLIC/PRIVATE behind a one-to-one NAT; may be left out
#   TURN_CERTIFICATE, TURN_KEY   PEM files for TLS, the whole chain; without them there is no TLS
#   TURN_LISTEN_IP     address to listen on and relay from; default: all
#   TURN_PORT 3478, TURN_TLS_PORT 5349, TURN_MIN_PORT 49152, TURN_MAX_PORT 65535
#   TURN_MORE          file with further lines for turnserver.conf
#   TURN_RUN_DIR       folder in memory for the whole configuration; default: /run/invigil-turn
#   TURN_USER          whom a server started by root becomes; default: nobody
#
# The secret goes from its file into a configuration that only this user can read: never into arguments, where every
# process sees it, nor into the environment.
set -eu
umask 077

here=$(cd "$(dirname "$0")" && pwd)
run=${TURN_RUN_DIR:-/run/invigil-turn}
secret_file=${TURN_SECRET_FILE:-${CREDENTIALS_DIRECTORY:-/run/secrets}/turn-secret}

die() {
    printf '✗ %s\n  → %s\n' "$1" "$2" >&2
    exit 1
}

[ -r "$secret_file" ] || die "the TURN secret $secret_file cannot be read" 'see docs/turn.md'
secret=$(cat "$secret_file")
[ "${#secret}" -ge 16 ] || die "the TURN secret $secret_file is shorter than 16 characters" 'openssl rand -hex 32'
[ -n "${TURN_CERTIFICATE:-}" ] || printf '▲ %s\n' 'no TURN_CERTIFICATE: UDP and TCP only, no TLS' >&2

# coturn opens a database even where the secret is in its configuration, and again after it became another user: a
# folder it cannot enter then makes it refuse the first credential. The configuration stays root's.
mkdir -p "$run/db"
if [ "$(id -u)" = 0 ]; then
    chmod 711 "$run"
    touch "$run/db/turndb"
    chown "${TURN_USER:-nobody}" "$run/db" "$run/db/turndb"
fi
{
    cat "$here/turnserver.conf"
    printf 'static-auth-secret=%s\n' "$secret"
    printf 'realm=%s\n' "${TURN_REALM:-invigil}"
    printf 'listening-port=%s\n' "${TURN_PORT:-3478}"
    printf 'min-port=%s\nmax-port=%s\n' "${TURN_MIN_PORT:-49152}" "${TURN_MAX_PORT:-65535}"
    printf 'userdb=%s\npidfile=%s\n' "$run/db/turndb" "$run/turnserver.pid"
    if [ -n "${TURN_CERTIFICATE:-}" ]; then
        printf 'tls-listening-port=%s\ncert=%s\npkey=%s\n' "${TURN_TLS_PORT:-5349}" "$TURN_CERTIFICATE" "$TURN_KEY"
    else
        printf 'no-tls\n'
    fi
    if [ -n "${TURN_EXTERNAL_IP:-}" ]; then printf 'external-ip=%s\n' "$TURN_EXTERNAL_IP"; fi
    if [ -n "${TURN_LISTEN_IP:-}" ]; then printf 'listening-ip=%s\nrelay-ip=%s\n' "$TURN_LISTEN_IP" "$TURN_LISTEN_IP"; fi
    if [ "$(id -u)" = 0 ]; then printf 'proc-user=%s\n' "${TURN_USER:-nobody}"; fi
    if [ -n "${TURN_MORE:-}" ]; then cat "$TURN_MORE"; fi
} >"$run/turnserver.conf"

exec turnserver -c "$run/turnserver.conf"
