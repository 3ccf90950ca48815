Rails.application.routes.draw do
  root "visits#index"
  get "info.json", to: "visits#info"
  get "healthz", to: "visits#health"
end
