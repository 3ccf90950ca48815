revision = ENV["REVISION"] || ENV["GIT_REV"] || (File.read("REVISION").strip if File.file?("REVISION")) || "unknown"

run ->(_env) { [200, { "Content-Type" => "text/plain", "X-Revision" => revision }, ["plain\n"]] }
