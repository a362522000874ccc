#!/bin/sh
# Makes sure that the programs and libraries Python packages cannot bring are there: through apt where there is one
# (saying what and why), elsewhere by naming what to install. Looks for the thing itself, not for a package's name, so
# a second run is quick, needs no network, and works on systems that call the package something else.
#
#   system-packages.sh python|agent|booth|demo|test|bench|arm64  PYTHON=python3 names the interpreter
#
# agent: what a booth device needs; booth: with a screen for the candidate; arm64: what `make test-arm64`
# emulates one with; bench: what `make bench` needs beside the tests.
#
# Exit codes: 0 all needed is there (perhaps without something optional), 1 something needed is missing.
set -eu

for_what=${1:?usage: system-packages.sh python|agent|booth|demo|test|bench|arm64}
python=${PYTHON:-python3}
packages= needed= optional=

has_program() { command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ] || [ -x "/usr/local/sbin/$1" ]; }
has_library() { "$python" -c 'import ctypes, sys; ctypes.CDLL(sys.argv[1])' "$1" >/dev/null 2>&1; }
has_module() { "$python" -c 'import importlib, sys; importlib.import_module(sys.argv[1])' "$1" >/dev/null 2>&1; }
has_font() { "$python" -c 'import pathlib, sys; sys.exit(not any(any(pathlib.Path("/usr/share/fonts").rglob(f"*{n}*")) for n in ("Fallback", "CJK")))' >/dev/null 2>&1; }
has_element() { gst-inspect-1.0 --exists "$1" >/dev/null 2>&1; }
has_browser() { has_program chromium || has_program chromium-browser || has_program google-chrome; }

has_canceller() { ls /usr/lib/*/spa-0.2/aec/libspa-aec-webrtc.so >/dev/null 2>&1; }

has_postgresql() {
    for folder in /usr/lib/postgresql/*/bin; do
        version=${folder%/bin} version=${version##*/}
        if [ -x "$folder/initdb" ] && [ "$version" -ge 15 ] 2>/dev/null; then return; fi
    done
    has_program initdb
}

has_tpm_provider() { ls /usr/lib/*/ossl-modules/tpm2.so >/dev/null 2>&1; }

has_emulator() { has_program qemu-aarch64-static || [ -e /proc/sys/fs/binfmt_misc/qemu-aarch64 ]; }
has_binfmt() { has_program update-binfmts || [ -e /proc/sys/fs/binfmt_misc/qemu-aarch64 ]; }

# want needed|optional PACKAGE WHY TEST [ARGUMENT]: remember the Debian package when the test fails.
want() {
    kind=$1 package=$2 why=$3
    shift 3
    if "$@"; then return; fi
    printf '  ▲ %-15s is missing: %s\n' "$package" "$why" >&2
    packages="$packages $package"
    if [ "$kind" = needed ]; then needed="$needed $package"; else optional="$optional $package"; fi
}

look() {
    packages= needed= optional=
    want needed python3-venv "Python's virtual environments" has_module ensurepip
    if [ "$for_what" = python ]; then return; fi
    if [ "$for_what" = bench ]; then # beside what the tests need
        want needed redis-server "the design that ours is compared with queues in Redis" has_program redis-server
        return
    fi
    if [ "$for_what" = arm64 ]; then
        want needed debootstrap "it makes the arm64 Debian to test in" has_program debootstrap
        want needed qemu-user-static "it runs arm64 programs here" has_emulator
        want needed binfmt-support "it tells the kernel which programs are arm64's" has_binfmt
        return
    fi
    if [ "$for_what" = booth ]; then
        want needed cage "it shows one program in the place of a desktop" has_program cage
        want needed chromium "it shows the candidate's screen" has_browser
        want optional pipewire-pulse "sound of the interviewer" has_program pipewire-pulse
        want optional wireplumber "it connects microphone and loudspeaker" has_program wireplumber
        want optional libspa-0.2-modules "it takes the interviewer's voice out of the booth's microphone" has_canceller
    elif [ "$for_what" != agent ]; then
        want needed mosquitto "the hub starts a private MQTT broker" has_program mosquitto
        want optional fonts-droid-fallback "Chinese and Japanese names in printed reports" has_font
    fi
    want needed libgl1 "OpenCV is linked against libGL.so.1" has_library libGL.so.1
    want needed libglib2.0-0 "OpenCV is linked against libgthread-2.0.so.0" has_library libgthread-2.0.so.0
    mediapipe=optional
    if [ "$for_what" = test ]; then mediapipe=needed; fi
    want $mediapipe libegl1 "MediaPipe, the second face engine, loads libEGL.so.1" has_library libEGL.so.1
    want $mediapipe libgles2 "MediaPipe, the second face engine, loads libGLESv2.so.2" has_library libGLESv2.so.2
    if [ "$for_what" = agent ] || [ "$for_what" = booth ]; then
        if [ -e /dev/tpmrm0 ]; then
            want optional tpm2-openssl "it keeps the device's key in this board's TPM" has_tpm_provider
        fi
    fi
    if [ "$for_what" = test ]; then
        want needed chromium "the tests drive a real browser" has_browser
        want needed libatomic1 "Playwright's driver is linked against libatomic.so.1" has_library libatomic.so.1
        want needed ffmpeg "a test opens clips with ffprobe, a player that is not ours" has_program ffprobe
        want needed postgresql "the tests keep a hub's data in a real PostgreSQL, 15 or newer" has_postgresql
        want needed systemd "the tests have systemd-analyze read the units" has_program systemd-analyze
        want needed cloud-init "a test has it judge what is written onto cards; it is switched off" has_program cloud-init
        want needed gstreamer1.0-tools "a camera is tried through real pipelines" has_program gst-launch-1.0
        want needed gstreamer1.0-plugins-base "test pictures for them" has_element videotestsrc
        want needed openssh-client "a test follows the technician's guide, which makes a key for SSH" has_program ssh-keygen
        want needed iproute2 "the tests let hub and device meet in a network of their own" has_program ip
        want needed tpm2-openssl "a device's key is in a TPM" has_tpm_provider
        want needed swtpm "a TPM in software, for that" has_program swtpm
        want needed tpm2-abrmd "several programs use that at a time, as they do a real one" has_program tpm2-abrmd
        want needed libtss2-tcti-tabrmd0 "the way there" has_library libtss2-tcti-tabrmd.so.0
        want needed dbus-daemon "the way there" has_program dbus-daemon
        want needed tpm2-tools "they lock a TPM" has_program tpm2
        want needed coturn "the tests relay live pictures through a real TURN server" has_program turnserver
    fi
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

may_install() {
    command -v apt-get >/dev/null 2>&1 || return 1
    [ "$(id -u)" = 0 ] && return 0
    command -v sudo >/dev/null 2>&1 || return 1
    [ -t 0 ] || sudo -n true 2>/dev/null
}

look
if [ -z "$packages" ]; then exit 0; fi

if may_install; then
    printf '▸ Installing system packages through apt:%s\n' "$packages" >&2
    case "$packages" in
    *cloud-init*)
        # Its own off switch, there before it is: it must never set up the machine that only runs tests.
        as_root mkdir -p /etc/cloud
        as_root touch /etc/cloud/cloud-init.disabled
        ;;
    esac
    as_root apt-get update -q >&2 || echo '  ▲ apt-get update failed; going on with the lists there are' >&2
    # shellcheck disable=SC2086 # a list of package names
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $packages >&2 ||
        echo '  ✗ apt-get install failed; its output is above' >&2
    case "$packages" in
    *coturn*)
        # Debian starts a TURN server as soon as it has the package; tests start their own.
        if has_program systemctl; then as_root systemctl disable --now coturn >/dev/null 2>&1 || true; fi
        ;;
    esac
    case "$packages" in
    *postgresql*)
        if has_program systemctl; then as_root systemctl disable --now postgresql >/dev/null 2>&1 || true; fi
        ;;
    esac
    look
fi

if [ -n "$optional" ]; then
    printf '▲ Going on without:%s. What needs it is off and says so; to have it, install: apt install%s\n' \
        "$optional" "$optional" >&2
fi
if [ -n "$needed" ]; then
    printf '✗ Needed and missing:%s\n  → Debian, Raspberry Pi OS: sudo apt install%s\n' "$needed" "$needed" >&2
    printf '    elsewhere: install what the lines above name, then run the same command again.\n' >&2
    exit 1
fi
