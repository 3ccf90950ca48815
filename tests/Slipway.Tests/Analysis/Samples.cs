namespace Slipway.Tests.Analysis;

/// <summary>Files as real applications have them.</summary>
internal static class Samples
{
    public const string RailsGemfile = """
        # frozen_string_literal: true

        source "https://rubygems.org"
        git_source(:github) { |repo| "https://github.com/#{repo}.git" }

        ruby "~> 3.1"   # the distribution's

        gem "rails", "~> 7.0.8", ">= 7.0.8.1"
        gem 'pg',
            '~> 1.4'
        gem "puma", "~> 6.0"
        gem("sidekiq", "< 8")
        gem "shop_core", path: "engines/shop_core"
        gem "audit", github: "acme/audit", branch: "main"
        gem "bootsnap", require: false

        group :development, :test do
          gem "sqlite3", "~> 1.4"
          if ENV["DEBUG"]
            gem "debug"
          end
        end

        group :development do
          gem "web-console"
        end

        gem "capybara", group: :test
        gem "dalli", groups: [:production, :staging]
        gem "thin", :group => :development
        """;

    public const string RailsLock = """
        GIT
          remote: https://github.com/acme/audit.git
          revision: 8a5bd4d5bbb6f1a0c0f4a7d5ab16d0ad07b0a0a1
          branch: main
          specs:
            audit (0.3.0)
              railties (>= 6.0)

        PATH
          remote: engines/shop_core
          specs:
            shop_core (0.1.0)
              rails (~> 7.0)

        GEM
          remote: https://rubygems.org/
          specs:
            bootsnap (1.16.0)
              msgpack (~> 1.2)
            capybara (3.39.2)
              nokogiri (~> 1.8)
              xpath (~> 3.2)
            connection_pool (2.4.1)
            dalli (3.2.6)
            daemons (1.4.1)
            debug (1.8.0)
            eventmachine (1.2.7)
            msgpack (1.7.2)
            nokogiri (1.15.4)
              racc (~> 1.4)
            nokogiri (1.15.4-x86_64-darwin)
              racc (~> 1.4)
            pg (1.5.4)
            puma (6.4.0)
              nio4r (~> 2.0)
            nio4r (2.5.9)
            racc (1.7.1)
            rack (2.2.8)
            rails (7.0.8.1)
              nokogiri (>= 1.8.5)
              railties (= 7.0.8.1)
              sprockets-rails (>= 2.0.0)
            railties (7.0.8.1)
            redis-client (0.17.0)
              connection_pool
            sidekiq (7.1.6)
              connection_pool (>= 2.3.0)
              rack (>= 2.2.4)
              redis-client (>= 0.14.0)
            sprockets (4.2.1)
              rack (>= 2.2.4, < 4)
            sprockets-rails (3.4.2)
              sprockets (>= 3.0.0)
            sqlite3 (1.6.6-x86_64-linux)
            thin (1.8.2)
              daemons (~> 1.0, >= 1.0.9)
              eventmachine (~> 1.0, >= 1.0.4)
            web-console (4.2.1)
            xpath (3.2.0)
              nokogiri (~> 1.8)

        PLATFORMS
          ruby
          x86_64-darwin
          x86_64-linux

        DEPENDENCIES
          audit!
          bootsnap
          capybara
          dalli
          debug
          pg (~> 1.4)
          puma (~> 6.0)
          rails (~> 7.0.8, >= 7.0.8.1)
          shop_core!
          sidekiq (< 8)
          sqlite3 (~> 1.4)
          thin
          web-console

        CHECKSUMS
          pg (1.5.4) sha256=abc

        RUBY VERSION
           ruby 3.1.2p20

        BUNDLED WITH
           2.3.27
        """;

    public const string DatabaseYml = """
        default: &default
          adapter: postgresql
          encoding: unicode
          pool: <%= ENV.fetch("RAILS_MAX_THREADS") { 5 } %>
        <% if ENV["CI"] %>
        test:
          adapter: sqlite3
        <% end %>
        development:
          <<: *default
          database: shop_development
        production:
          primary:
            <<: *default
            url: <%= ENV["DATABASE_URL"] %>
          cache:
            adapter: mysql2
            host: <%= ENV['CACHE_HOST'] %>
        """;

    /// <summary>Packages of Debian: no remote line in the lock.</summary>
    public const string SystemGemsLock = """
        GEM
          specs:
            nio4r (2.5.8)
            puma (5.6.5)
              nio4r (~> 2.0)
            rack (2.2.22)

        PLATFORMS
          x86_64-linux

        DEPENDENCIES
          puma
          rack

        BUNDLED WITH
           2.3.27
        """;
}
