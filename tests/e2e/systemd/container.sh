# SPDX-FileCopyrightText: Ghost Agent authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# A real systemd: this machine's own files under a layer in memory, booted in a container without a network. Nothing that
# happens in it reaches the machine. Source it; needs root.

containerFolder=''
containerRoot=''
containerPid='' # of systemd-nspawn
leader=''       # its systemd, as this machine numbers it

# Empty, or why there can be no container.
missingContainer() {
    ((EUID == 0)) || { echo 'it needs root' && return; }
    command -v systemd-nspawn >/dev/null || { echo 'no systemd-nspawn (Debian package systemd-container)' && return; }
    [[ -x /lib/systemd/systemd ]] || { echo 'no systemd (Debian package systemd)' && return; }
    grep -qw overlay /proc/filesystems || { echo 'this kernel has no overlay file system' && return; }
}

waitUntil() { # seconds, command...
    local deadline=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        ((SECONDS < deadline)) || return 1
        read -r -t 0.1 <> <(:) || true
    done
}

makeContainer() {
    containerFolder=$(mktemp -d /tmp/ghost-systemd-XXXXXX)
    mount -t tmpfs -o mode=755 ghost-systemd "$containerFolder"
    containerRoot=$containerFolder/root
    mkdir "$containerFolder/changed" "$containerFolder/work" "$containerRoot"
    mount -t overlay -o "lowerdir=/,upperdir=$containerFolder/changed,workdir=$containerFolder/work" ghost-systemd "$containerRoot"
    # Only what the agent lives with: no other services of this machine, and nothing left of an agent on it.
    local unit
    for unit in apt-daily-upgrade.timer apt-daily.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service \
        fstrim.timer logrotate.timer man-db.timer postgresql.service prometheus.service systemd-timesyncd.service; do
        ln -sf /dev/null "$containerRoot/etc/systemd/system/$unit"
    done
    rm -rf "$containerRoot"/{etc,var/lib,var/log}/ghost "$containerRoot"/usr/sbin/policy-rc.d
    # Without one it would be a first boot, and systemd would enable whatever there is.
    tr -d - </proc/sys/kernel/random/uuid >"$containerRoot/etc/machine-id"
}

bootContainer() { # file for its console
    systemd-nspawn --quiet --register=no --keep-unit --private-network --machine=ghost-systemd-$$ --link-journal=no \
        -D "$containerRoot" -b </dev/null >"$1" 2>&1 &
    containerPid=$!
    waitUntil 60 findLeader && waitUntil 90 isBooted
}

findLeader() {
    # The file has no line feed, which read takes for a failure.
    read -r leader _ <"/proc/$containerPid/task/$containerPid/children" || [[ -n $leader ]]
}

isBooted() { [[ $(inside systemctl is-system-running 2>/dev/null) =~ ^(running|degraded)$ ]]; }

# A command in the container, as root.
inside() {
    nsenter --target "$leader" --mount --uts --ipc --net --pid --root --wdns=/ -- \
        env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 HOME=/root \
        DEBIAN_FRONTEND=noninteractive "$@"
}

removeContainer() {
    if [[ -n $containerPid ]] && kill -TERM "$containerPid" 2>/dev/null; then
        waitUntil 30 isGone || kill -KILL "$containerPid" 2>/dev/null || true
        wait "$containerPid" 2>/dev/null || true
    fi
    [[ -n $containerFolder ]] || return 0
    umount --lazy "$containerRoot" 2>/dev/null || true
    umount --lazy "$containerFolder" 2>/dev/null || true
    rmdir "$containerFolder" 2>/dev/null || true
}

isGone() { ! kill -0 "$containerPid" 2>/dev/null; }
