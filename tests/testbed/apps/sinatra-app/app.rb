require "json"
require "native_greeting"
require "sinatra/base"

# Answers with a greeting that its C extension makes.
class SinatraApp < Sinatra::Base
  REVISION = ENV["REVISION"] || ENV["GIT_REV"] || (File.read("REVISION").strip if File.file?("REVISION")) || "unknown"

  before { headers "X-Revision" => REVISION }

  get("/") { erb :index, locals: { greeting: NativeGreeting.greet("Sinatra") } }
  get("/healthz") { "ok\n" }
  get("/info.json") do
    content_type :json
    JSON.generate(framework: "sinatra", version: Sinatra::VERSION, revision: REVISION, greeting: NativeGreeting.greet("Sinatra"))
  end
end
