require_relative "app"

run SinatraApp
