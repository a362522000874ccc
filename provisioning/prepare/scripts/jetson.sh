#!/bin/sh
# Makes a Jetson a booth: JetPack has no boot partition that could be prepared, so this is started by hand on a system
# that was flashed and started once (docs/technician.md):   sudo sh /media/…/invigil/jetson.sh
set -eu

folder=$(cd "$(dirname "$0")" && pwd)
card=$(dirname "$folder")

[ "$(id -u)" = 0 ] || { printf '✗ it must be root\n  → sudo sh %s/jetson.sh\n' "$folder" >&2; exit 1; }
if [ ! -e /etc/nv_tegra_release ] && ! grep -qs nvidia,tegra /proc/device-tree/compatible; then
    printf '▲ this does not look like a Jetson; going on all the same\n' >&2
fi
sh "$folder/system.sh"
sh "$folder/first-boot.sh" take "$card"
printf '▸ packages, release and enrolment follow; a quarter of an hour on a slow card\n' >&2
exec sh /var/lib/invigil-first-boot/first-boot.sh run
