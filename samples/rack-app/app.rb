require "erb"
require "json"
require "rack"
require_relative "release"
require_relative "stores"

# Tells which commit answers and from where, and has a few addresses that make a deployment's life hard.
class App
  PAGE = ERB.new(File.read(File.join(Release::ROOT, "page.html.erb")))
  LONGEST_SLEEP = 30

  sleep ENV["SLOW_BOOT"].to_f if ENV["SLOW_BOOT"]
  raise "This version was told to fail at boot" if ENV["FAIL_BOOT"] || Release::VERSION == "broken"

  def call(env)
    request = Rack::Request.new(env)
    status, headers, body = answer(request)
    [status, headers.merge("X-Revision" => Release::REVISION, "Cache-Control" => "no-store"), body]
  end

  private

  def answer(request)
    case request.path_info
    when "/" then wants_json?(request) ? json(Release.facts) : html(PAGE.result_with_hash(facts: Release.facts))
    when "/info.json" then json(Release.facts)
    when "/healthz" then ENV["UNHEALTHY"] ? text("unhealthy", 503) : text("ok")
    when "/slow" then slow(request.params["s"].to_f)
    when "/db" then json(Stores.record_visit(Release::REVISION))
    when "/redis" then json(hits: Stores.count_hit)
    when "/env" then variable(request.params["name"].to_s)
    else text("not found", 404)
    end
  end

  def slow(seconds)
    sleep seconds.clamp(0, LONGEST_SLEEP)
    text("slept")
  end

  # The exact bytes, so that a test sees whether quoting has changed any. Only what was set for this purpose is shown.
  def variable(name)
    return text("only DEMO_ variables are shown", 403) unless name.start_with?("DEMO_")

    value = ENV[name]
    value ? [200, { "Content-Type" => "application/octet-stream" }, [value]] : text("not set", 404)
  end

  def wants_json?(request) = request.get_header("HTTP_ACCEPT").to_s.include?("application/json")
  def text(content, status = 200) = [status, { "Content-Type" => "text/plain" }, ["#{content}\n"]]
  def json(content) = [200, { "Content-Type" => "application/json" }, ["#{JSON.generate(content)}\n"]]
  def html(content) = [200, { "Content-Type" => "text/html; charset=utf-8" }, [content]]
end
