#!/bin/sh
# Makes a system that has just been set up a booth.
#
#   first-boot.sh take CARD    takes what is secret or needed later off the card, and has systemd run the rest
#   first-boot.sh run          clock, packages, release, weights, services, enrolment; then it cleans up after itself
#
# `run` may be cut off anywhere and is run again until it is through (invigil-first-boot.service): every step first looks
# whether it is done. What happens is said in CARD/invigil-first-boot.log too, for whoever reads the card elsewhere.
set -eu

state=/var/lib/invigil-first-boot
unit=/etc/systemd/system/invigil-first-boot.service
opt=/opt/invigil
current=$opt/current/bin
log=

say() {
    line=$(printf '%s invigil: %s' "$(date -u +%FT%TZ)" "$1")
    printf '%s\n' "$line"
    if [ -n "$log" ]; then printf '%s\n' "$line" >>"$log" || :; fi
}

fail() {
    say "$1"
    say "  → $2"
    exit 1
}

take() {
    card=$1
    umask 077
    mkdir -p "$state"
    for name in settings.env hub-ca.pem claim-code first-boot.sh; do
        if [ -e "$card/invigil/$name" ]; then cp "$card/invigil/$name" "$state/$name"; fi
    done
    printf '%s\n' "$card" >"$state/card"
    # Root's alone: whoever may write there decides what this device installs.
    (umask 022 && mkdir -p "$opt/release-keys")
    for key in "$card"/invigil/release-keys/*.pem; do
        if [ -e "$key" ]; then install -m 644 "$key" "$opt/release-keys/"; fi
    done
    cp "$card/invigil/invigil-first-boot.service" "$unit"
    chmod 644 "$unit"
    sync
    # Only now: until here a power cut costs nothing.
    rm -f "$card/invigil/claim-code" "$card/invigil/wifi.nmconnection"
    sync
    systemctl enable invigil-first-boot.service
    say 'taken off the card; the rest follows with the network'
}

wait_for_clock() {
    tries=0
    until [ "$(timedatectl show -p NTPSynchronized --value 2>/dev/null)" = yes ]; do
        tries=$((tries + 1))
        if [ "$tries" -gt "${INVIGIL_CLOCK_TRIES:-60}" ]; then
            say "the clock was not set by a time server; it says $(date -u +%FT%TZ)"
            return
        fi
        sleep 3
    done
    say 'the clock is set'
}

find_python() {
    for python in python3 python3.13 python3.12 python3.11; do
        if command -v "$python" >/dev/null &&
            "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then return; fi
    done
    say 'the Python of this system is older than 3.11; asking apt for one beside it'
    apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q python3.11 python3.11-venv ||
        fail 'no Python 3.11 or newer' 'is there a network, and does the system know packages? apt-get update'
    python=python3.11
}

install_packages() {
    what=booth
    if [ "$WITH_SCREEN" = no ]; then what=agent; fi
    PYTHON=$python sh "$folder/system-packages.sh" "$what" || fail 'packages are missing' 'is there a network? apt-get update'
    say 'packages are there'
}

# A release installs itself with its own commands. The first time there are none, so they are unpacked beside it.
install_release() {
    if [ -x "$current/invigil" ]; then return; fi
    release=$(find "$folder" -maxdepth 1 -name '*.release' | head -n 1)
    [ -n "$release" ] || fail "there is no release in $folder" 'prepare the card with --release-file FILE'
    rm -rf "$state/commands"
    "$python" "$folder/bootstrap.py" "$release" "$state/commands" ||
        fail 'the release does not fit this board' "see above; it is $release"
    PYTHONPATH=$state/commands "$python" -m provisioning device install --no-start --release-file "$release" ||
        fail 'the release was not installed' "see above; it is $release"
    rm -rf "$state/commands"
    say "installed: $("$current/invigil-agent" --version)"
}

install_services() {
    ln -sf "$current/invigil" /usr/local/bin/invigil
    mkdir -p "$opt/weights"
    "$current/invigil" models fetch --weights-dir "$opt/weights" --mirror "$folder/weights" ||
        say 'some weights are missing: what needs them is off and says so'
    more=
    if [ "$WITH_SCREEN" = no ]; then more=--no-screen; fi
    # shellcheck disable=SC2086 # one option or none
    "$current/invigil" device install --no-start $more
}

enrol() {
    if [ -e /etc/invigil/device.toml ]; then return; fi
    # One that was put onto the card meanwhile goes before the old one.
    if [ -e "$card/invigil/claim-code" ]; then
        cp "$card/invigil/claim-code" "$state/claim-code"
        rm -f "$card/invigil/claim-code"
    fi
    set -- device enrol --hub "$HUB_URL" --dir /etc/invigil --state-dir /var/lib/invigil-agent --weights-dir "$opt/weights"
    if [ -e "$state/hub-ca.pem" ]; then
        cp "$state/hub-ca.pem" /etc/invigil/hub-ca.pem
        chmod 644 /etc/invigil/hub-ca.pem
        set -- "$@" --ca /etc/invigil/hub-ca.pem
    fi
    if [ -e "$state/claim-code" ]; then
        as_agent "$current/invigil" "$@" --claim - <"$state/claim-code" ||
            fail 'the hub did not let this device in' "a new claim code goes into $card/invigil/claim-code, or: invigil device enrol"
    else
        ask "$@" --request ||
            fail 'nobody let this device in yet' 'approve it on the dashboard under Devices; it goes on asking'
    fi
    rm -f "$state/claim-code"
    say 'enrolled'
}

start_services() {
    if ! [ -d /run/systemd/system ]; then return; fi
    # What was enabled by `device install`, and is not running because nobody was enrolled.
    systemctl start invigil-agent.service invigil-renew.timer invigil-reboot.path invigil-update.path
    if [ "$WITH_SCREEN" = yes ]; then systemctl start invigil-screen.service; fi
}

# What it says goes to the card as well: the code in it is compared with the one in the hub.
ask() {
    rm -f "$state/refused"
    { as_agent "$current/invigil" "$@" 2>&1 || touch "$state/refused"; } | tee -a "$log"
    ! [ -e "$state/refused" ]
}

as_agent() { runuser -u invigil-agent -- "$@"; }

clean_up() {
    # cloud-init has done its work; without this it would come back with what the card says.
    if [ -d /etc/cloud ]; then touch /etc/cloud/cloud-init.disabled; fi
    if grep -qs '"password"' "$card/network-config"; then printf '{"network": {"version": 2}}\n' >"$card/network-config"; fi
    rm -rf "$card/invigil"
    systemctl disable invigil-first-boot.service
    rm -f "$unit"
    rm -rf "$state"
    sync
}

run() {
    umask 022
    [ -d "$state" ] || fail "$state is not there" 'first-boot.sh take CARD'
    card=$(cat "$state/card")
    folder=$card/invigil log=$card/invigil-first-boot.log
    # shellcheck source=/dev/null # written by `invigil device prepare`
    . "$state/settings.env"
    wait_for_clock
    find_python
    install_packages
    install_release
    install_services
    enrol
    start_services
    clean_up
    say 'done: this is a booth'
}

case ${1:-} in
take) take "${2:?CARD}" ;;
run) run ;;
*) fail 'first-boot.sh take CARD | run' 'see the first lines of this file' ;;
esac
