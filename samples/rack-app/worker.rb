# A background process: writes a heartbeat to tmp/worker.heartbeat every second until it is told to stop.
require "fileutils"
require_relative "release"

$stdout.sync = true
stopping = Queue.new
%w[TERM INT].each { |signal| trap(signal) { stopping << signal } }

heartbeat = File.join(ENV.fetch("WORKER_TMP", File.join(Release::ROOT, "tmp")), "worker.heartbeat")
FileUtils.mkdir_p(File.dirname(heartbeat))
puts "worker started, version #{Release::VERSION}, commit #{Release::REVISION}"

beat = Thread.new do
  loop do
    File.write(heartbeat, "#{Process.pid} #{Release::REVISION} #{Time.now.to_i}\n")
    sleep 1
  end
end

signal = stopping.pop
beat.kill
puts "worker stopped by #{signal}"
