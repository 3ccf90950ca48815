#!/bin/bash
# Fresh Debian servers for tests and the demo: containers that run systemd and sshd and have an address of their own.
#
#   testbed.sh engine                 start a Docker Engine of our own, if none answers
#   testbed.sh image bare|warm|docker|all    build what is missing: bare is a vendor's minimal server, warm has the packages
#                                     of a web and database server too, docker those and a Docker Engine
#   testbed.sh up NAME [bare|warm|docker] [docker arguments]    boot a server, print its address once sshd lets in
#   testbed.sh base NAME              give the Docker Engine of a server the image that apps in containers are made from
#   testbed.sh restart NAME           reboot it: disk and address stay
#   testbed.sh off NAME...            cut its power until it is restarted
#   testbed.sh freeze|thaw NAME       let it hang, and go on
#   testbed.sh down NAME...           remove it and its disk
#   testbed.sh exec NAME COMMAND...   run a command in it, past ssh
#   testbed.sh ip NAME | key | gateway     address of a server | private key of its logins | the host, as servers see it
#   testbed.sh host                   where the Docker Engine that it uses listens
#   testbed.sh ls | clean | stop      list our servers | remove them all, outdated images, gem indexes | end our engine
#
# Logins: root, deploy (sudo without a password), plain (no sudo). Where everything is kept: $SLIPWAY_TESTBED, by default a
# folder in the user's cache, so that a fresh checkout finds the images of the last one. Servers live in
# $SLIPWAY_TESTBED_SUBNET. Apt's sources and fetch settings are read off this machine when an image is built.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
state=${SLIPWAY_TESTBED:-${XDG_CACHE_HOME:-$HOME/.cache}/slipway-testbed}
mkdir -p "$state"
state=$(cd "$state" && pwd)
network=slipway-testbed subnet=${SLIPWAY_TESTBED_SUBNET:-172.31.77.0/24} label=slipway-testbed
own_socket=$state/docker.sock
export DEBIAN_FRONTEND=noninteractive

say() { echo "testbed: $*" >&2; }
fail() { say "$@"; exit 1; }

# --- Engine

answers() { docker --host "$1" version >/dev/null 2>&1; }

# Prints the engine to use: the one that DOCKER_HOST names, ours, or the machine's.
find_engine() {
    command -v docker >/dev/null || return 1
    if [ -n "${DOCKER_HOST:-}" ]; then answers "$DOCKER_HOST" && echo "$DOCKER_HOST"; return; fi
    local socket
    for socket in "$own_socket" /var/run/docker.sock; do
        if [ -S "$socket" ] && answers "unix://$socket"; then echo "unix://$socket"; return; fi
    done
    return 1
}

# Prints the process of an engine in our network namespace. Those inside of containers have their own.
running_engine() {
    local name process
    for name in $(grep -lsx dockerd /proc/[0-9]*/comm); do
        process=$(basename "$(dirname "$name")")
        [ "$(readlink "/proc/$process/ns/net")" != "$(readlink /proc/self/ns/net)" ] || { echo "$process"; return; }
    done
    return 1
}

install_tools() {
    local wanted=() tool
    find_engine >/dev/null || { command -v dockerd >/dev/null && command -v docker >/dev/null; } || wanted+=(docker.io)
    for tool in iptables mmdebstrap ssh:openssh-client; do command -v "${tool%:*}" >/dev/null || wanted+=("${tool#*:}"); done
    [ ${#wanted[@]} -gt 0 ] || return 0
    [ "$(id -u)" = 0 ] || fail "missing here: ${wanted[*]}. Install them (apt-get install ${wanted[*]}) or run this as root."
    say "installing ${wanted[*]}"
    apt-get update -qq >&2
    # From Debian 13 on the client is a package of its own.
    [[ ${wanted[0]} != docker.io ]] || ! apt-cache show docker-cli >/dev/null 2>&1 || wanted+=(docker-cli)
    apt-get install -y -qq --no-install-recommends "${wanted[@]}" >"$state/apt.log" 2>&1 ||
        { tail -20 "$state/apt.log" >&2; fail "apt-get install ${wanted[*]} failed"; }
}

# Each systemd takes some seven inotify instances, and a kernel gives 128 to a user by default: the eighteenth server would not boot.
raise_limits() {
    local limit=/proc/sys/fs/inotify/max_user_instances
    [ "$(id -u)" != 0 ] || [ "$(cat $limit)" -ge 4096 ] || echo 4096 >$limit ||
        say "this machine gives a user $(cat $limit) inotify instances: some $(($(cat $limit) / 7)) servers"
}

engine() {
    install_tools
    raise_limits
    ! find_engine >/dev/null || return 0
    [ -z "${DOCKER_HOST:-}" ] || fail "no Docker Engine answers at DOCKER_HOST=$DOCKER_HOST"
    local other
    if other=$(running_engine); then
        # Right after its installation the machine's own engine may be starting.
        for _ in {1..600}; do ! find_engine >/dev/null || return 0; sleep .1; done
        say "a Docker Engine runs already (process $other: $(tr '\0' ' ' <"/proc/$other/cmdline"))"
        fail "a second one would flush its firewall rules. Set DOCKER_HOST to the address of the first."
    fi
    [ "$(id -u)" = 0 ] || fail "no Docker Engine answers, and only root can start one"
    say "starting a Docker Engine in $state"
    echo 1 >/proc/sys/net/ipv4/ip_forward
    # Without the default bridge: our servers have a network of their own.
    setsid dockerd --host "unix://$own_socket" --bridge none --data-root "$state/docker" --exec-root "$state/exec" \
        --pidfile "$state/dockerd.pid" >"$state/dockerd.log" 2>&1 </dev/null &
    for _ in {1..600}; do ! answers "unix://$own_socket" || return 0; sleep .1; done
    tail -5 "$state/dockerd.log" >&2
    fail "the Docker Engine did not come up; its log is $state/dockerd.log"
}

stop() {
    [ ! -f "$state/dockerd.pid" ] || kill "$(cat "$state/dockerd.pid")"
}

connect() {
    DOCKER_HOST=$(find_engine) || fail "no Docker Engine answers${DOCKER_HOST:+ at $DOCKER_HOST}; start one with: testbed.sh engine"
    export DOCKER_HOST
}

with_lock() { # with_lock NAME COMMAND...: callers run side by side
    local name=$1; shift
    ( flock 9; "$@" ) 9>"$state/$name.lock"
}

make_network() {
    docker network inspect "$network" >/dev/null 2>&1 ||
        docker network create --subnet "$subnet" --gateway "${subnet%.*}.1" --label "$label" "$network" >/dev/null
}

# --- Images

suite() { ( . /etc/os-release; echo "$VERSION_CODENAME" ); }

apt_sources() {
    local file
    for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources; do
        [ ! -f "$file" ] || ! grep -q "$(suite)" "$file" || echo "$file"
    done
}

# What this machine tells apt about fetching (proxy, clock checks), and nothing else of its configuration.
apt_fetch_settings() {
    cat /etc/apt/apt.conf /etc/apt/apt.conf.d/* 2>/dev/null | grep -E '^ *Acquire::(http|https|Check|Retries|AllowReleaseInfo)' || true
    echo 'Acquire::Languages "none";'
}

make_key() {
    [ -f "$state/id" ] || ssh-keygen -q -t ed25519 -N '' -C slipway-testbed -f "$state/id"
}

# The image's tag is made from everything it is made from, so a changed recipe is another image.
image_name() {
    local recipe=("$here"/image/{init,setup,bare-packages} "$state/id.pub")
    [ "$1" = bare ] || recipe+=("$here"/image/warm-packages)
    [ "$1" != docker ] || recipe+=("$here"/image/docker-packages)
    local hash; hash=$( { cat "${recipe[@]}"; apt_sources | xargs -r cat; apt_fetch_settings; } | sha256sum )
    echo "slipway-testbed/$1:${hash:0:16}"
}

present() { docker image inspect "$1" >/dev/null 2>&1; }

build_bare() {
    apt_fetch_settings >"$state/apt-fetch.conf"
    local sources; mapfile -t sources < <(apt_sources)
    local command=(mmdebstrap --quiet --variant=apt --dpkgopt=force-unsafe-io --aptopt='Acquire::Languages "none"'
        --hook-dir=/usr/share/mmdebstrap/hooks/merged-usr --include="$(cat "$here/image/bare-packages")"
        --customize-hook="sh '$here/image/setup' \"\$1\" '$state'" "$(suite)" - "${sources[@]}")
    # In memory it takes two seconds less. The mount goes with the process that made it.
    [ "$(id -u)" != 0 ] || command=(unshare --mount sh -c 'mount -t tmpfs -o size=2g tmpfs /mnt && TMPDIR=/mnt exec "$@"' - "${command[@]}")
    "${command[@]}" 2>"$state/bare.log" | docker import --change 'CMD ["/init"]' - "$1" >/dev/null ||
        { tail -20 "$state/bare.log" >&2; fail "building $1 failed; the log is $state/bare.log"; }
}

build_warm() { add_packages "$1" warm bare; }

build_docker() { add_packages "$1" docker warm; }

# Packages start their services when they are installed. In an image nothing may be left half-written by that, so
# policy-rc.d forbids it; at the first boot they are enabled as Debian has them.
add_packages() { # add_packages NAME KIND FROM
    local more=''
    # From Debian 13 on Docker's command line is a package of its own.
    [ "$2" != docker ] || more='$(apt-cache show docker-cli >/dev/null 2>&1 && echo docker-cli || true)'
    make_network_locked
    docker build --quiet --network "$network" --tag "$1" - >"$state/$2.log" 2>&1 <<DOCKERFILE ||
FROM $(image_name "$3")
RUN printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d && chmod +x /usr/sbin/policy-rc.d \
 && apt-get update -qq \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(xargs <"$here/image/$2-packages") $more \
 && apt-get clean && rm /usr/sbin/policy-rc.d
DOCKERFILE
        { tail -20 "$state/$2.log" >&2; fail "building $1 failed; the log is $state/$2.log"; }
}

# A Debian with nothing but a shell, its tools and Perl, for the apps in tests/testbed/apps that run in containers.
base_file() {
    local sources; mapfile -t sources < <(apt_sources)
    local file; file=$state/base-$( { echo essential; cat "${sources[@]}"; } | sha256sum | head -c 16).tar
    if [ ! -f "$file" ]; then
        say "building the base of containers"
        apt_fetch_settings >"$state/apt-fetch.conf"
        mmdebstrap --quiet --variant=essential --aptopt="$state/apt-fetch.conf" "$(suite)" - "${sources[@]}" \
            >"$file.new" 2>"$state/base.log" || { tail -20 "$state/base.log" >&2; fail "building the base of containers failed; the log is $state/base.log"; }
        mv "$file.new" "$file"
    fi
    echo "$file"
}

base() {
    install_tools
    local file; file=$(with_lock base base_file)
    docker exec --interactive "$1" docker import - slipway-base:1 <"$file"
}

make_network_locked() { with_lock network make_network; }

make_image() { # make_image bare|warm
    local name; name=$(image_name "$1")
    ! present "$name" || return 0
    say "building the $1 server image"
    local started=$SECONDS
    DOCKER_BUILDKIT=0 "build_$1" "$name"
    say "built the $1 server image in $((SECONDS - started)) s"
}

make_images() {
    make_key
    make_image bare
    [ "$1" = bare ] || make_image warm
    [[ $1 != docker && $1 != all ]] || { make_image docker; with_lock base base_file >/dev/null; }
}

image() {
    case ${1:-all} in bare|warm|docker|all) ;; *) fail "no such image: $1 (bare, warm, docker, all)" ;; esac
    install_tools
    with_lock image make_images "${1:-all}"
}

# --- Servers

address() { docker inspect --format '{{range .NetworkSettings.Networks}}{{.IPAMConfig.IPv4Address}}{{end}}' "$1"; }

gateway() {
    make_network_locked
    docker network inspect --format '{{(index .IPAM.Config 0).Gateway}}' "$network"
}

# Addresses are given out here, for Docker would give a server that reboots another one's.
free_address() {
    local taken prefix=${subnet%.*} last
    taken=" $(docker ps --all --quiet --filter "network=$network" | xargs -r docker inspect \
        --format '{{range .NetworkSettings.Networks}}{{if .IPAMConfig}}{{.IPAMConfig.IPv4Address}}{{end}} {{.IPAddress}}{{end}}' | xargs) "
    for last in {2..254}; do
        [[ $taken == *" $prefix.$last "* ]] || { echo "$prefix.$last"; return; }
    done
    fail "all addresses of $subnet are taken"
}

resolver_file() {
    # A resolver on the host's own loopback cannot be reached from a server; systemd-resolved names the real ones here.
    if grep -q '^nameserver 127\.' /etc/resolv.conf && [ -f /run/systemd/resolve/resolv.conf ]; then
        echo /run/systemd/resolve/resolv.conf
    else
        echo /etc/resolv.conf
    fi
}

# Not --privileged: that asks for CAP_SYS_RESOURCE, which some hosts lack. What else it gives is listed here.
create() { # create NAME IMAGE [docker arguments]
    local name=$1 image=$2; shift 2
    make_network
    docker create --pull never --name "$name" --hostname "$name" --label "$label" \
        --network "$network" --ip "$(free_address)" --stop-signal SIGRTMIN+3 \
        --cap-add ALL --cap-drop SYS_RESOURCE --security-opt seccomp=unconfined --security-opt apparmor=unconfined \
        --security-opt systempaths=unconfined --device-cgroup-rule 'a *:* rwm' --cgroupns private \
        --tmpfs /run --tmpfs /run/lock --tmpfs /tmp:exec,mode=1777 \
        --volume "$(resolver_file):/run/resolv.conf.host:ro" "$@" "$image" >/dev/null
}

# While a server boots, pam turns away everyone but root, so another login tells that it is ready.
wait_for_login() {
    local name=$1 address; address=$(address "$1")
    local options=(-i "$state/id" -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR
        -o BatchMode=yes -o ConnectTimeout=20)
    local until=$((SECONDS + 180))
    while [ $SECONDS -lt $until ]; do
        if (exec 3<>"/dev/tcp/$address/22") 2>/dev/null && ssh "${options[@]}" "plain@$address" true 2>/dev/null </dev/null; then
            echo "$address"
            return
        fi
        sleep .05
    done
    docker logs --tail 20 "$name" >&2
    fail "nobody can log in to $name at $address"
}

up() {
    local name=$1 image=${2:-bare}; shift; shift || true
    # An engine keeps its layers on a volume: what a container's own file system is made of cannot hold them.
    [ "$image" != docker ] || set -- --volume /var/lib/docker --volume /var/lib/containerd "$@"
    case $image in bare|warm|docker) image=$(image_name "$image") ;; esac
    present "$image" || fail "no image $image here; build it with: testbed.sh image"
    with_lock network create "$name" "$image" "$@"
    docker start "$name" >/dev/null
    wait_for_login "$name"
}

restart() {
    docker restart --time 30 "$1" >/dev/null
    wait_for_login "$1"
}

clean() {
    docker ps --all --quiet --filter "label=$label" | xargs -r docker rm --force --volumes >/dev/null
    docker network rm "$network" >/dev/null 2>&1 || true
    make_key
    local current="$(image_name bare) $(image_name warm) $(image_name docker)" image
    for image in $(docker images --format '{{.Repository}}:{{.Tag}}' 'slipway-testbed/*'); do
        [[ " $current " == *" $image "* ]] || docker rmi "$image" >/dev/null
    done
    rm -rf "$state"/gems-* "$state"/base-*
}

command=${1:-help}; shift || true
case $command in
    engine) engine; exit ;;
    stop) stop; exit ;;
    key) make_key; echo "$state/id"; exit ;;
    image|up|restart|off|freeze|thaw|base|down|exec|ip|gateway|host|ls|clean) connect ;;
    *) sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"; [ "$command" = help ]; exit ;;
esac
case $command in
    image|up|restart|base|gateway|clean) "$command" "$@" ;;
    off) docker kill "$@" >/dev/null ;;
    freeze) docker pause "$1" >/dev/null ;;
    thaw) docker unpause "$1" >/dev/null ;;
    down) docker rm --force --volumes "$@" >/dev/null ;;
    exec) name=$1; shift; exec docker exec --interactive "$name" "$@" ;;
    ip) address "$1" ;;
    host) echo "$DOCKER_HOST" ;;
    ls) docker ps --filter "label=$label" --format '{{.Names}} {{.Image}} {{.Status}}' ;;
esac
