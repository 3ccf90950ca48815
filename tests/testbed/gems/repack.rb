# repack.rb OUT ROOT...: makes gems of the installed Debian packages for the ROOT gems and all they depend on.
#
# A Debian package holds a gem's specification and its files, but not always as a gem: some have a gem folder, some have
# their files on Ruby's own load path. Compiled extensions come as they are, for the packages do not hold their sources.
require "fileutils"
require "rubygems/package"
require "tmpdir"

LOAD_PATHS = %r{\A/usr/lib/(?:ruby/vendor_ruby|[^/]+/ruby/vendor_ruby/[\d.]+)/}.freeze

out, *roots = ARGV

def closure(names, found = {})
  names.each do |name|
    next if found.key?(name)

    found[name] = spec = Gem::Specification.find_by_name(name)
    closure(spec.runtime_dependencies.map(&:name), found)
  end
  found.values
end

def package_files(spec)
  package = IO.popen(["dpkg", "-S", spec.loaded_from], &:read)[/\A[^:]+/] or raise "no package has #{spec.loaded_from}"
  IO.popen(["dpkg", "-L", package], &:readlines).map(&:chomp).select { |path| path.match?(LOAD_PATHS) && File.file?(path) }
end

def copy_files(spec, folder)
  if File.directory?(spec.full_gem_path)
    FileUtils.cp_r("#{spec.full_gem_path}/.", folder)
  else
    package_files(spec).each do |path|
      target = File.join(folder, "lib", path.sub(LOAD_PATHS, ""))
      FileUtils.mkdir_p(File.dirname(target))
      FileUtils.cp(path, target)
    end
  end
  FileUtils.mkdir_p("#{folder}/lib")
  FileUtils.cp_r("#{spec.extension_dir}/.", "#{folder}/lib") if File.directory?(spec.extension_dir)
end

# Packages without a gem folder have their executables in /usr/bin only, made for the system's load path.
def keep_executables(spec, folder)
  spec.executables = spec.executables.select { |name| File.file?(File.join(folder, spec.bindir, name)) }
end

def build(spec, folder)
  gem = spec.dup
  gem.extensions = []
  gem.cert_chain = gem.extra_rdoc_files = gem.test_files = []
  gem.require_paths = spec.raw_require_paths
  keep_executables(gem, folder)
  gem.files = Dir.chdir(folder) { Dir["**/*"].select { |path| File.file?(path) } }
  Dir.chdir(folder) { FileUtils.mv(Gem::Package.build(gem, true), File.join(OUT, "gems")) }
end

OUT = File.expand_path(out)
FileUtils.mkdir_p(File.join(OUT, "gems"))
closure(roots).reject(&:default_gem?).each do |spec|
  Dir.mktmpdir do |folder|
    File.chmod(0o755, folder)
    copy_files(spec, folder)
    build(spec, folder)
  end
end
