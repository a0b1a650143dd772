#!/bin/sh
# Brings the Chromium of the tests, and what Playwright lacks to drive it.
#
#   sh tests/browser/chromium.sh ENVIRONMENT
#
# ENVIRONMENT/chromium/run is a Chromium afterwards. In turn: $CHROMIUM; one in PATH; Debian's
# package, installed as root; the same, unpacked here, as anybody; Playwright's own. Where the
# machine lacks a library that Playwright's Node.js needs, ENVIRONMENT/chromium/node has it.
set -eu

environment=${1:?"usage: $0 ENVIRONMENT"}
mkdir -p "$environment/chromium"
environment=$(cd "$environment" && pwd)
here=$environment/chromium
log=$here/log
patience=900 # seconds for what comes over the network
trap 'rm -rf "$here/profile" "$here/apt" "$here/new"' EXIT

say() { echo "chromium: $*" >&2; }

fail() {
    say "$1"
    say "what was tried is told in $log"
    exit 1
}

# A Chromium starts and shows a page: some commands only tell how to get one.
shows() {
    timeout 60 "$1" --headless --no-sandbox --disable-gpu --user-data-dir="$here/profile" \
        --dump-dom 'data:text/html,<p>shown' 2>>"$log" </dev/null | grep -q shown
}

# A Node.js starts.
counts() {
    "$1" --version >>"$log" 2>&1
}

# keep NAME TEST PROGRAM [VARIABLE=VALUE...]: what passes the test is ENVIRONMENT/chromium/NAME.
keep() {
    name=$1 test=$2 program=$3
    shift 3
    {
        printf '#!/bin/sh\nexec env '
        [ $# = 0 ] || printf "'%s' " "$@"
        printf "'%s' \"\$@\"\n" "$program"
    } >"$here/new"
    chmod +x "$here/new"
    "$test" "$here/new" && mv "$here/new" "$here/$name"
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

may_be_root() {
    as_root true >/dev/null 2>&1
}

install() {
    command -v apt-get >/dev/null && may_be_root || return 1
    say "installing the package $1"
    package=$1
    set -- timeout "$patience" apt-get -qq -o DPkg::Lock::Timeout=120 -o Acquire::Retries=3
    as_root "$@" update >>"$log" 2>&1 || say 'apt-get update failed; going on with what is known'
    as_root env DEBIAN_FRONTEND=noninteractive "$@" install -y --no-install-recommends "$package" \
        >>"$log" 2>&1
}

# apt needs no rights when its lists and its cache are ours; it still knows what is installed.
apt_here() {
    timeout "$patience" apt-get -qq -o Debug::NoLocking=1 -o Acquire::Retries=3 \
        -o Dir::State::Lists="$here/apt/lists" -o Dir::Cache="$here/apt/cache" "$@" >>"$log" 2>&1
}

unpack() {
    command -v apt-get >/dev/null && command -v dpkg >/dev/null || return 1
    say "unpacking the package $1, and what it needs that is missing"
    archives=$here/apt/cache/archives
    rm -rf "$archives"
    mkdir -p "$here/apt/lists/partial" "$archives/partial" "$here/root"
    apt_here update || return 1
    apt_here install -y --download-only --no-install-recommends "$1" || return 1
    for package in "$archives"/*.deb; do
        case $package in */libc6_*) continue ;; esac # goes with the loader, which is the machine's
        dpkg -x "$package" "$here/root" || return 1
    done
    libraries=$(find "$here/root" -name 'lib*.so*' -exec dirname {} + | sort -u | paste -sd:)
}

in_path() {
    for command in chromium chromium-browser google-chrome google-chrome-stable; do
        found=$(command -v "$command") && keep run shows "$found" && return
    done
    return 1
}

unpacked() {
    unpack chromium || return 1
    fonts >"$here/fonts.conf"
    keep run shows "$here/root/usr/lib/chromium/chromium" \
        "LD_LIBRARY_PATH=$libraries" "FONTCONFIG_FILE=$here/fonts.conf"
}

# The machine's fonts and those that came along, for a configuration that lies in neither place.
fonts() {
    printf '<fontconfig><dir>%s</dir><dir>%s</dir><cachedir>%s</cachedir></fontconfig>\n' \
        /usr/share/fonts "$here/root/usr/share/fonts" "$here/fonts"
}

fetched() {
    [ -x "$environment/bin/playwright" ] || return 1
    say "fetching Playwright's own"
    export PLAYWRIGHT_BROWSERS_PATH="$here/playwright"
    [ ! -x "$here/node" ] || export PLAYWRIGHT_NODEJS_PATH="$here/node"
    libraries=
    may_be_root && libraries=--with-deps
    timeout "$patience" "$environment/bin/playwright" install chromium --only-shell $libraries \
        >>"$log" 2>&1 || return 1
    found=$(find "$here/playwright" -type f -perm -u+x -name '*headless*shell' | head -n 1)
    [ -n "$found" ] && keep run shows "$found"
}

bring_node() {
    node=$(find "$environment/lib" -path '*/playwright/driver/node' 2>/dev/null | head -n 1)
    [ -n "$node" ] || return 0 # it came without, and takes the machine's
    if counts "$node" || { [ -x "$here/node" ] && counts "$here/node"; }; then return; fi
    install libatomic1 && counts "$node" && return
    unpack libatomic1 && keep node counts "$node" "LD_LIBRARY_PATH=$libraries"
}

bring_chromium() {
    if [ -x "$here/run" ] && shows "$here/run"; then return; fi
    in_path || { install chromium && in_path; } || unpacked || fetched || return 1
    say "ready: $here/run"
}

: >"$log"
bring_node || fail "Playwright's Node.js does not start. On Debian: apt install libatomic1"
if [ -n "${CHROMIUM:-}" ]; then
    shows "$CHROMIUM" || fail "CHROMIUM=$CHROMIUM does not start"
else
    bring_chromium || fail 'none here, and none could be brought. On Debian: apt install chromium;
or say where one is: CHROMIUM=/path/to/chromium make test'
fi
