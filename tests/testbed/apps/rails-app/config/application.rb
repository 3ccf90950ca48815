require_relative "boot"
require "rails"
require "active_record/railtie"
require "action_controller/railtie"
require "sprockets/railtie"

Bundler.require(*Rails.groups)

module RailsApp
  class Application < Rails::Application
    REVISION = ENV["REVISION"] || ENV["GIT_REV"] || (Rails.root.join("REVISION").read.strip if Rails.root.join("REVISION").file?) || "unknown"

    config.load_defaults 6.1
    config.action_dispatch.default_headers["X-Revision"] = REVISION
  end
end
