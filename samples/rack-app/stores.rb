require "socket"
require "uri"

# One write and one read in each database that the stack has.
module Stores
  VISIT_LOCK = 4_711

  # ruby-pg is not in the Gemfile: Debian puts it on Ruby's own load path, and only stacks with PostgreSQL need it.
  def self.record_visit(revision)
    require "pg"
    connection = PG.connect(ENV["DATABASE_URL"] || ENV.fetch("POSTGRESQL_URL"))
    connection.transaction do
      connection.exec("SELECT pg_advisory_xact_lock(#{VISIT_LOCK})")
      connection.exec("SET LOCAL client_min_messages = warning")
      connection.exec("CREATE TABLE IF NOT EXISTS visits (id bigserial PRIMARY KEY, revision text NOT NULL)")
      id = connection.exec_params("INSERT INTO visits (revision) VALUES ($1) RETURNING id", [revision])[0]["id"]
      row = connection.exec_params("SELECT id, revision, (SELECT count(*) FROM visits) AS visits FROM visits WHERE id = $1", [id])[0]
      { id: row["id"].to_i, revision: row["revision"], visits: row["visits"].to_i }
    end
  ensure
    connection&.close
  end

  # Two commands do not need a gem.
  def self.count_hit
    url = URI(ENV.fetch("REDIS_URL"))
    TCPSocket.open(url.host, url.port || 6379) do |socket|
      redis(socket, "AUTH", *[url.user, url.password].compact.reject(&:empty?).map { |part| URI.decode_www_form_component(part) }) if url.password
      redis(socket, "INCR", "hits").to_i
    end
  end

  def self.redis(socket, *words)
    socket.write("*#{words.size}\r\n", *words.map { |word| "$#{word.bytesize}\r\n#{word}\r\n" })
    reply = socket.gets("\r\n", chomp: true) or raise "Redis closed the connection"
    raise "Redis: #{reply[1..]}" if reply.start_with?("-")
    reply[1..]
  end
  private_class_method :redis
end
