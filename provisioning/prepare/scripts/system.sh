#!/bin/sh
# Makes a Debian-like system the one that settings.env beside this script describes: name, time, keyboard, a technician
# who comes in by key only, Wi-Fi. For systems without cloud-init: Raspberry Pi OS Bookworm and Jetson. Run by root, as
# often as one likes; needs no network. What one step cannot do is said and does not keep the others from being done.
set -u

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=/dev/null # written by `invigil device prepare`
. "$here/settings.env"
failed=0

say() { printf 'invigil: %s\n' "$1"; }

# step WORDS COMMAND...: do it, and remember when it could not be done.
step() {
    words=$1
    shift
    if "$@"; then say "$words"; else say "$words: FAILED"; failed=1; fi
}

set_hostname() {
    printf '%s\n' "$HOSTNAME_WANTED" >/etc/hostname || return
    if grep -q '^127\.0\.1\.1' /etc/hosts; then
        # /etc/hosts may be a mount of its own: written into, not replaced.
        new=$(sed "s/^127\.0\.1\.1.*/127.0.1.1\t$HOSTNAME_WANTED/" /etc/hosts) && printf '%s\n' "$new" >/etc/hosts
    else
        printf '127.0.1.1\t%s\n' "$HOSTNAME_WANTED" >>/etc/hosts
    fi
}

set_time() {
    [ -e "/usr/share/zoneinfo/$TIMEZONE" ] || return
    ln -sf "/usr/share/zoneinfo/$TIMEZONE" /etc/localtime && printf '%s\n' "$TIMEZONE" >/etc/timezone || return
    [ -n "$TIME_SERVERS" ] || return 0
    mkdir -p /etc/systemd/timesyncd.conf.d &&
        printf '[Time]\nNTP=%s\n' "$TIME_SERVERS" >/etc/systemd/timesyncd.conf.d/60-invigil.conf
}

set_locale() {
    printf 'XKBMODEL="pc105"\nXKBLAYOUT="%s"\nXKBVARIANT=""\nXKBOPTIONS=""\n' "$KEYBOARD" >/etc/default/keyboard || return
    printf 'LANG=%s\n' "$LOCALE" >/etc/default/locale || return
    [ -e /etc/locale.gen ] || return 0
    grep -q "^$LOCALE " /etc/locale.gen || printf '%s UTF-8\n' "$LOCALE" >>/etc/locale.gen
    if command -v locale-gen >/dev/null; then locale-gen >/dev/null; fi
}

# The first user of an image has no password and waits to be named (userconf-pi); elsewhere one is made.
set_user() {
    if ! id "$TECHNICIAN" >/dev/null 2>&1; then
        if [ -x /usr/lib/userconf-pi/userconf ]; then
            /usr/lib/userconf-pi/userconf "$TECHNICIAN" '!' || return
        else
            useradd --create-home --shell /bin/bash --user-group "$TECHNICIAN" || return
        fi
    fi
    for group in adm sudo video audio render input netdev plugdev; do
        if getent group "$group" >/dev/null; then usermod --append --groups "$group" "$TECHNICIAN" || return; fi
    done
    usermod --lock "$TECHNICIAN" || return
    umask 027
    mkdir -p /etc/sudoers.d || return
    printf '%s ALL=(ALL) NOPASSWD:ALL\n' "$TECHNICIAN" >/etc/sudoers.d/60-invigil-technician &&
        chmod 440 /etc/sudoers.d/60-invigil-technician || return
    umask 077
    home=$(getent passwd "$TECHNICIAN" | cut -d: -f6)
    mkdir -p "$home/.ssh" && cp "$here/authorized_keys" "$home/.ssh/authorized_keys" &&
        chmod 700 "$home/.ssh" && chmod 600 "$home/.ssh/authorized_keys" && chown -R "$TECHNICIAN:" "$home/.ssh"
}

set_ssh() {
    umask 022
    mkdir -p /etc/ssh/sshd_config.d &&
        printf 'PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin no\n' \
            >/etc/ssh/sshd_config.d/10-invigil.conf || return
    if [ -e /lib/systemd/system/ssh.service ] || [ -e /usr/lib/systemd/system/ssh.service ]; then
        systemctl enable ssh
    fi
}

set_wifi() {
    umask 077
    mkdir -p /etc/NetworkManager/system-connections &&
        cp "$here/wifi.nmconnection" /etc/NetworkManager/system-connections/invigil.nmconnection &&
        chmod 600 /etc/NetworkManager/system-connections/invigil.nmconnection || return
    # An image leaves the factory with its radio off until a country is known.
    if command -v rfkill >/dev/null && [ -e /dev/rfkill ]; then rfkill unblock wifi; fi
    for state in /var/lib/systemd/rfkill/*:wlan; do
        if [ -e "$state" ]; then printf '0\n' >"$state"; fi
    done
}

step "this is $HOSTNAME_WANTED" set_hostname
step "time of $TIMEZONE${TIME_SERVERS:+, from $TIME_SERVERS}" set_time
step "keyboard $KEYBOARD, $LOCALE" set_locale
step "$TECHNICIAN comes in by SSH key" set_user
step "nobody comes in by password" set_ssh
if [ -e "$here/wifi.nmconnection" ]; then step "Wi-Fi is set" set_wifi; fi
exit "$failed"
