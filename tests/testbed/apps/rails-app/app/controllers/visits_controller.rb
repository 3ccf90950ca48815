class VisitsController < ApplicationController
  def index
    Visit.create!(revision: RailsApp::Application::REVISION)
    @visits = Visit.count
  end

  def info
    render json: {
      framework: "rails", version: Rails.version, revision: RailsApp::Application::REVISION,
      migrated: ActiveRecord::Migrator.current_version, greeting: NativeGreeting.greet("Rails")
    }
  end

  def health
    render plain: "ok\n"
  end
end
