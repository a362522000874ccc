#!/bin/sh
# Runs a command inside a Debian tree, as root, in namespaces of its own. What is mounted here is seen by nobody else and
# is gone when the command ends, however it ends (Ctrl-C and SIGKILL included): the tree itself never holds a mount.
#
#   enter.sh ROOT [--offline] [--bind FROM TO]... -- COMMAND [ARGUMENT]...
#
# --offline: no network but a loopback that is down. FROM a file or folder of this machine, TO its path in the tree.
set -eu

if [ "${1:-}" != --inside ]; then
    network=
    for argument; do
        case $argument in
        --) break ;;
        --offline) network=--net ;;
        esac
    done
    exec unshare --mount --propagation private --pid --fork --kill-child $network "$0" --inside "$@"
fi

root=$2
shift 2
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
while [ "$1" != -- ]; do
    case $1 in
    --offline) shift ;;
    --bind)
        if [ -d "$2" ]; then
            mkdir -p "$root$3"
        else
            mkdir -p "$root$(dirname "$3")"
            [ -e "$root$3" ] || : >"$root$3"
        fi
        mount --rbind "$2" "$root$3"
        shift 3
        ;;
    *)
        printf '✗ enter.sh does not know %s\n' "$1" >&2
        exit 2
        ;;
    esac
done
shift
exec chroot "$root" "$@"
