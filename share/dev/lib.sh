# SPDX-FileCopyrightText: Ghost Agent authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What the scripts of this folder share. Source it, then `cd "$GHOST_ROOT"`.

GHOST_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
readonly GHOST_ROOT
readonly GHOST_LOGS=${GHOST_LOGS:-$GHOST_ROOT/build/logs}
readonly scriptName=${0##*/}
stageTable=()

say() { printf '%s: %s\n' "$scriptName" "$*"; }

fail() { # what failed, and what to do
    printf '%s: %s\n' "$scriptName" "$*" >&2
    exit 1
}

asRoot() {
    if ((EUID == 0)); then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo -- "$@"
    else
        fail "'$*' needs root: run $scriptName as root, or install sudo"
    fi
}

# Runs a command as a child with its output in a log, shows the end of the log on failure, and keeps the minutes.
attempt() { # name, command...
    local name=$1 log=$GHOST_LOGS/$1.log begin=$EPOCHREALTIME status=0 result=ok
    shift
    mkdir -p "$GHOST_LOGS"
    say "$name ..."
    ("$@") >"$log" 2>&1 </dev/null || status=$?
    if ((status != 0)); then
        result=FAILED
        tail -n 60 "$log" >&2
        say "$name failed (exit $status): the whole output is in $log" >&2
    fi
    stageTable+=("$name $(minutesSince "$begin") $result")
    return "$status"
}

# What the rest cannot do without.
stage() { # name, command...
    attempt "$@" || exit 1
}

minutesSince() { # a value of EPOCHREALTIME
    local microseconds=$((${EPOCHREALTIME/[.,]/} - ${1/[.,]/}))
    printf '%d.%02d' $((microseconds / 60000000)) $((microseconds % 60000000 / 600000))
}

printStages() {
    ((${#stageTable[@]} > 0)) || return 0
    printf '\n%-28s %8s  %s\n' STAGE MINUTES RESULT
    # shellcheck disable=SC2068  # each row is three words
    printf '%-28s %8s  %s\n' ${stageTable[@]}
}

wantedPackages() { sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$GHOST_ROOT/share/dev/packages"; }

installPackages() {
    local wanted missing
    mapfile -t wanted < <(wantedPackages)
    mapfile -t missing < <(comm -23 <(printf '%s\n' "${wanted[@]}" | sort) <(installedPackages | sort))
    ((${#missing[@]} > 0)) || return 0
    echo "to install: ${missing[*]}"
    local install=(env DEBIAN_FRONTEND=noninteractive apt-get -y install --no-install-recommends)
    asRoot "${install[@]}" "${missing[@]}" && return
    asRoot apt-get update || fail "apt-get update failed: look at the network and at /etc/apt"
    asRoot "${install[@]}" "${missing[@]}" || fail "apt-get cannot install ${missing[*]}: is this Debian 12?"
}

# Programs and libraries of others that speak gRPC, from npm (tests/foreign), into build/foreign. Without them their
# tests are left out, which say so.
installForeign() {
    local wanted=tests/foreign target=build/foreign
    cmp -s "$wanted/package-lock.json" "$target/installed.json" && return
    command -v npm >/dev/null || asRoot env DEBIAN_FRONTEND=noninteractive apt-get -y install --no-install-recommends npm
    mkdir -p "$target" && cp "$wanted/package.json" "$wanted/package-lock.json" "$target" || return
    npm ci --prefix "$target" --no-audit --no-fund --ignore-scripts &&
        cp "$wanted/package-lock.json" "$target/installed.json"
}

installedPackages() { dpkg-query -W -f '${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p'; }

buildPreset() { # preset, targets; none: all
    local preset=$1
    shift
    cmake --preset "$preset" && cmake --build --preset "$preset" ${1+--target "$@"}
}

# libvirtd is ended only by whom it was started: libvirtdStarted is yes when that is this script.
libvirtdStarted=no

startLibvirtd() {
    if ! timeout 10 virsh -q -c qemu:///system version >/dev/null 2>&1 &&
        ! asRoot share/dev/libvirtd status >/dev/null 2>&1; then
        libvirtdStarted=yes
        stage libvirtd asRoot share/dev/libvirtd start
    fi
    timeout 10 virsh -q -c qemu:///system version >/dev/null ||
        fail "you may not use libvirt: sudo usermod -aG libvirt $(id -un), then log in again"
}

stopLibvirtd() {
    if [[ $libvirtdStarted == yes ]]; then
        asRoot share/dev/libvirtd stop >/dev/null || say "libvirtd did not end: see share/dev/libvirtd status"
    fi
}
