# Run on a server as root with the repository's address: the least that a deployment with releases can do, without a health check.
set -eu
base=/srv/app
as_app() { setpriv --reuid app --regid app --init-groups env HOME=$base "$@"; }
if [ -d $base/repo ]; then as_app git -C $base/repo fetch -q origin main:main; else as_app git clone -q --bare "$1" $base/repo; fi
release=$base/releases/$(date +%Y%m%d%H%M%S%3N)
as_app mkdir "$release"
as_app git -C $base/repo archive main | as_app tar -x -C "$release"
as_app git -C $base/repo rev-parse main | as_app tee "$release/REVISION" >/dev/null
cd "$release"
as_app bundle check >/dev/null 2>&1 || as_app bundle install --local --quiet 2>/dev/null
ln -sfn "$release" $base/current.new
mv -T $base/current.new $base/current
if systemctl is-active -q app; then systemctl reload app; else systemctl start app; fi
ls -1d $base/releases/* | head -n -5 | xargs -r rm -rf
