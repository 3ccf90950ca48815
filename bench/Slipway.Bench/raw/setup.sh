# Run on a server as root: the least by which a Rack application is served, puma under systemd behind nginx.
set -eu
if ! command -v nginx >/dev/null || ! command -v puma >/dev/null || ! command -v git >/dev/null; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends ruby bundler nginx puma ruby-rack git >/dev/null
fi
id app >/dev/null 2>&1 || useradd --system --home-dir /srv/app --create-home app
install -d -o app -g app /srv/app/releases /srv/app/shared
chmod 755 /srv/app
cat >/etc/systemd/system/app.service <<'UNIT'
[Service]
User=app
WorkingDirectory=/srv/app/current
Environment=RACK_ENV=production BUNDLE_GEMFILE=/srv/app/current/Gemfile
ExecStart=/usr/bin/bundle exec puma --quiet --dir /srv/app/current --bind unix:///srv/app/shared/web.sock config.ru
ExecReload=/bin/kill -USR2 $MAINPID
Restart=always
[Install]
WantedBy=multi-user.target
UNIT
cat >/etc/nginx/sites-enabled/default <<'SITE'
upstream app { server unix:/srv/app/shared/web.sock; }
server { listen 80 default_server; location / { proxy_pass http://app; proxy_set_header Host $host; } }
SITE
systemctl daemon-reload
systemctl enable --quiet app nginx
systemctl reload-or-restart nginx
