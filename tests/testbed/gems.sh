#!/bin/bash
# A gem server for tests, so that a real `bundle install` from a `source` line can be tried without the internet.
#
#   gems.sh build        make the index, if there is none of this recipe: gems re-packed from Debian's packages, one more
#                        with a C extension that is compiled at its installation, and a Gemfile.lock for each app in apps/
#   gems.sh up NAME      the same, then boot a server NAME that serves it, and print its URL
#
# The server offers /locks/<app>.lock too: made here, for the versions are those that Debian has today. In Gemfiles and
# locks the source is http://gems.test; whoever deploys an app puts the printed URL in its place.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
testbed=$here/testbed.sh
roots="rails sinatra puma pg"
packages="ruby-rails ruby-sinatra puma ruby-pg ruby-sprockets-rails"
state=$(dirname "$("$testbed" key)")
recipe=$( { echo "$roots $packages"; cd "$here"; find gems -type f | sort | xargs cat; cat apps/*/Gemfile gems.sh image/*-packages; } | sha256sum)
index=$state/gems-${recipe:0:16}
builder=gems-builder-$$

inside() { "$testbed" exec "$builder" "$@"; }

build_index() {
    [ ! -d "$index" ] || return 0
    echo "testbed: building the gem index" >&2
    trap '"$testbed" down "$builder"' EXIT
    "$testbed" up "$builder" warm >/dev/null
    tar -C "$here" -c gems apps | inside tar -x -C /root
    inside bash -es "$packages" "$roots" <<'BUILD' >"$state/gems.log" 2>&1 || { tail -20 "$state/gems.log" >&2; return 1; }
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends $1
site=/var/www/html
ruby /root/gems/repack.rb $site $2
(cd /root/gems/native_greeting && gem build --silent --output $site/gems/native_greeting-1.0.0.gem native_greeting.gemspec)
gem generate_index --silent --directory $site
mkdir $site/locks
for gemfile in /root/apps/*/Gemfile; do
    app=$(dirname "$gemfile")
    grep -q '^source' "$gemfile" || continue
    sed -i s,http://gems.test,http://127.0.0.1, "$gemfile"
    (cd "$app" && bundle lock && bundle lock --add-platform ruby)
    sed s,http://127.0.0.1,http://gems.test, "$app/Gemfile.lock" >"$site/locks/$(basename "$app").lock"
done
BUILD
    rm -rf "$index.new"
    mkdir "$index.new"
    inside tar -C /var/www/html -c gems quick locks $(inside sh -c 'cd /var/www/html && ls -d *specs.*') | tar -x -C "$index.new"
    mv "$index.new" "$index"
}

case ${1:-help} in
    build) ( flock 9; build_index ) 9>"$state/gems.lock" ;;
    up)
        "$here/gems.sh" build
        address=$("$testbed" up "$2" warm --volume "$index:/var/www/html:ro")
        echo "http://$address"
        ;;
    *) sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"; exit 1 ;;
esac
