Gem::Specification.new do |spec|
  spec.name = "native_greeting"
  spec.version = "1.0.0"
  spec.summary = "A gem whose C extension is compiled when it is installed"
  spec.authors = ["Slipway"]
  spec.license = "Apache-2.0"
  spec.required_ruby_version = ">= 2.7"
  spec.files = Dir["lib/**/*.rb", "ext/**/*.{c,rb}"]
  spec.extensions = ["ext/native_greeting/extconf.rb"]
end
