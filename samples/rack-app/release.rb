require "socket"

# What is running here: the release's folder and commit, the version in it, and the server.
module Release
  ROOT = File.realpath(__dir__)
  VERSION = File.read(File.join(ROOT, "VERSION")).strip

  def self.revision
    named = ENV.values_at("REVISION", "GIT_REV").find { |value| value && !value.empty? }
    file = File.join(ROOT, "REVISION")
    named || (File.file?(file) ? File.read(file).strip : "unknown")
  end

  REVISION = revision

  def self.facts
    {
      revision: REVISION, version: VERSION, greeting: ENV.fetch("GREETING", "Hello"),
      server: ENV.fetch("SERVER_NAME", Socket.gethostname), host: Socket.gethostname,
      release: File.basename(ROOT), root: ROOT, environment: ENV.fetch("RACK_ENV", "development"),
      ruby: RUBY_VERSION, pid: Process.pid
    }
  end
end
