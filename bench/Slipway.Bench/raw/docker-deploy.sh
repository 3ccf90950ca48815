# Run on a server with Docker as root: the least that a script can do to bring a commit to its visitors in new containers, side by side. It gets the
# repository's address and how many containers are to serve; with - for an address it leaves the commit as it is, and starts as many as are missing or ends some.
set -eu
base=/srv/containers count=$2
mkdir -p $base
touch $base/leaving
if [ "$1" != - ]; then
    if [ -d $base/app ]; then git -C $base/app fetch -q origin main; git -C $base/app reset -q --hard origin/main; else git clone -q "$1" $base/app; fi
fi
image=app:$(git -C $base/app rev-parse HEAD)
[ "$1" = - ] || docker image inspect "$image" >/dev/null 2>&1 || docker build --quiet --tag "$image" $base/app >/dev/null
# What was told to end by an earlier run may still be there for a moment.
running() { docker container ls --no-trunc --quiet --filter label=app "$@" | grep -vxFf $base/leaving | sort; }
old=$(running) same=$(running --filter "ancestor=$image")
kept=$(head -n "$count" <<<"$same")
missing=$((count - $(grep -c . <<<"$kept" || true)))
ports=$(for id in $kept; do docker container port "$id" 3000/tcp | sed 's/.*://'; done)
start() {
    docker container run --detach --label app --restart unless-stopped --publish "127.0.0.1:$1:3000" "$image" >/dev/null
    for try in $(seq 1 200); do ! curl --fail --silent --output /dev/null "http://127.0.0.1:$1/healthz" || return 0; sleep 0.05; done
    return 1
}
jobs=
for port in $(shuf -i 20000-29999 -n "$missing"); do start "$port" & jobs="$jobs $!" ports="$ports $port"; done
for job in $jobs; do wait "$job"; done
{
    echo "upstream app {"; for port in $ports; do echo "  server 127.0.0.1:$port;"; done; echo "}"
    echo "server { listen 80 default_server; location / { proxy_pass http://app; proxy_set_header Host \$host; } }"
} >/etc/nginx/conf.d/app.conf
rm -f /etc/nginx/sites-enabled/default
nginx -q -t
systemctl reload-or-restart nginx
# Requests that run are given time, and nobody waits for that.
leaving=$(comm -23 <(echo "$old") <(sort <<<"$kept") | xargs)
if [ -n "$leaving" ]; then
    printf '%s\n' $leaving >>$base/leaving
    setsid sh -c "sleep 2; docker container stop --time 1 $leaving; docker container rm $leaving" >/dev/null 2>&1 </dev/null &
fi
