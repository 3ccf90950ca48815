using System.Text.RegularExpressions;
using Slipway.Engine.Analysis.Gems;

namespace Slipway.Engine.Analysis;

/// <summary>
/// Which Ruby the code asks for and gets. Bundler holds the application to the Gemfile's ruby line, so that is binding; the other places
/// are taken at their minor series.
/// </summary>
internal sealed partial class RubyFinder(RepositorySnapshot repository, Bundle bundle, AnalysisOptions options, Remarks remarks)
{
    private sealed record Wish(IReadOnlyList<string> Texts, string Source, bool IsBinding);

    public RubyChoice Find(string? manifestVersion, bool isDeployable)
    {
        var distribution = GemVersion.TryParse(options.DistributionRuby);
        if (bundle.Gemfile?.Engine is { } engine)
            remarks.Problems.Add($"The Gemfile asks for the Ruby engine {engine}. Slipway runs the standard Ruby (MRI) only.");
        if (Wanted(manifestVersion) is not { } wish)
            return new RubyChoice(null, null, options.DistributionRuby, true);

        var text = string.Join(", ", wish.Texts);
        var requirement = GemRequirement.TryParse(wish.Texts);
        // Outside of the Gemfile "3.1" means any 3.1.
        if (!wish.IsBinding && requirement?.Exact is { Precision: < 3 })
            requirement = GemRequirement.TryParse([$"~> {text}.0"]);
        if (requirement is null)
        {
            remarks.Notes.Add($"The Ruby version \"{Shown(text)}\" in {wish.Source} is not understood; the distribution's Ruby {options.DistributionRuby} is used.");
            return new RubyChoice(Shown(text), wish.Source, options.DistributionRuby, true);
        }

        if (distribution is not null && requirement.IsSatisfiedBy(distribution))
            return new RubyChoice(text, wish.Source, options.DistributionRuby, true);
        if (Buildable(requirement) is { } built)
            return new RubyChoice(text, wish.Source, built.ToString(), false);
        if (!wish.IsBinding && distribution is not null && IsClose(requirement, distribution))
        {
            remarks.Notes.Add($"{wish.Source} asks for Ruby {text}; the distribution's Ruby {options.DistributionRuby} of the same series is used.");
            return new RubyChoice(text, wish.Source, options.DistributionRuby, true);
        }

        if (isDeployable)
            remarks.Problems.Add(Unsatisfied(text, wish.Source));
        return new RubyChoice(text, wish.Source, null, false);
    }

    private Wish? Wanted(string? manifestVersion)
    {
        if (bundle.Gemfile is { Ruby.Count: > 0 } gemfile)
            return new Wish(gemfile.Ruby, "Gemfile", true);
        if (bundle.Gemfile?.RubyFile is { } file && FromFile(file) is { } version)
            return new Wish([version], $"Gemfile ({file})", true);
        foreach (var name in new[] { ".ruby-version", ".tool-versions" })
        {
            if (FromFile(name) is { } found)
                return new Wish([found], name, false);
        }

        if (bundle.Lock?.RubyVersion is { } locked)
            return new Wish([locked], "Gemfile.lock", false);
        return manifestVersion is null ? null : new Wish([manifestVersion.Trim()], ".cloud66/manifest.yml", false);
    }

    private string? FromFile(string path)
    {
        var name = path.StartsWith("./", StringComparison.Ordinal) ? path[2..] : path;
        var lines = (repository.Text(name) ?? "").ReplaceLineEndings("\n").Split('\n')
            .Select(line => line.Split('#')[0].Trim()).Where(line => line is not "").ToList();
        if (!name.EndsWith(".tool-versions", StringComparison.Ordinal))
            return lines.FirstOrDefault() is { } first ? Prefix().Replace(first, "") : null;
        var entry = lines.Select(line => line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)).FirstOrDefault(parts => parts is ["ruby", _, ..]);
        return entry?[1];
    }

    private GemVersion? Buildable(GemRequirement requirement) =>
        options.BuildableRubies.Select(GemVersion.TryParse).OfType<GemVersion>().Where(requirement.IsSatisfiedBy).Max();

    private static bool IsClose(GemRequirement requirement, GemVersion distribution) =>
        requirement.Exact is { } exact && exact.IsSameSeries(distribution);

    private string Unsatisfied(string text, string source)
    {
        var buildable = options.BuildableRubies.Count == 0
            ? "no source to build other versions from is configured"
            : $"the configured source has {string.Join(", ", options.BuildableRubies)}";
        return $"{source} asks for Ruby {text}, which is not to be had: the distribution has {options.DistributionRuby}, and {buildable}. "
            + "Ask for a version that is there, or have an administrator configure a Ruby source.";
    }

    private static string Shown(string text) => new([.. text.Take(60).Where(c => !char.IsControl(c))]);

    [GeneratedRegex("^ruby-")]
    private static partial Regex Prefix();
}
