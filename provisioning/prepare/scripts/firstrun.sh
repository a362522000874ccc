#!/bin/sh
# Raspberry Pi OS Bookworm runs this once, before anything else of the system, because cmdline.txt says so; there is no
# network yet. Then it restarts. However it ends, it is not run a second time: a booth must not restart for ever.
set -u

boot=${INVIGIL_BOOT:-/boot/firmware}

finish() {
    sed -i 's| systemd\.run=[^ ]*||; s| systemd\.run_success_action=[^ ]*||; s| systemd\.unit=kernel-command-line\.target||' \
        "$boot/cmdline.txt"
    rm -f "$boot/firstrun.sh"
    sync
}
trap finish EXIT

{
    sh "$boot/invigil/system.sh"
    sh "$boot/invigil/first-boot.sh" take "$boot"
} >>"$boot/invigil-first-boot.log" 2>&1
exit 0
