using System.Collections;
using System.Text;
using CliWrap;
using CliWrap.Exceptions;

namespace Slipway.Engine.Git;

internal sealed record GitResult(int ExitCode, string Output, string Errors)
{
    public bool Succeeded => ExitCode == 0;
}

/// <summary>Runs the git program on the control plane, without a shell and cut off from the settings of the machine and of its user.</summary>
internal sealed class GitProgram(string privateDirectory, TimeProvider time)
{
    private const int MaxErrors = 16 * 1024;

    public async Task<GitResult> RunAsync(
        IReadOnlyList<string> arguments, TimeSpan deadline, CancellationToken cancellationToken,
        IReadOnlyDictionary<string, string?>? environment = null, PipeSource? input = null)
    {
        var output = new StringBuilder();
        var result = await RunAsync(arguments, deadline, PipeTarget.ToStringBuilder(output, Encoding.UTF8), cancellationToken, environment, input);
        return result with { Output = output.ToString() };
    }

    /// <summary>Hands the output to the target; the result has none.</summary>
    public async Task<GitResult> RunAsync(
        IReadOnlyList<string> arguments, TimeSpan deadline, PipeTarget output, CancellationToken cancellationToken,
        IReadOnlyDictionary<string, string?>? environment = null, PipeSource? input = null)
    {
        var errors = new TailBuffer(MaxErrors);
        using var timer = new CancellationTokenSource(deadline, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            var result = await Cli.Wrap("git")
                .WithArguments(arguments)
                .WithEnvironmentVariables(Environment(environment))
                .WithStandardInputPipe(input ?? PipeSource.Null)
                .WithStandardOutputPipe(output)
                .WithStandardErrorPipe(PipeTarget.Create(errors.ReadAllAsync))
                .WithValidation(CommandResultValidation.None)
                .ExecuteAsync(linked.Token);
            return new GitResult(result.ExitCode, "", errors.ToString());
        }
        catch (OperationCanceledException exception) when (timer.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"git did not end within {deadline.TotalSeconds:0} seconds.", exception);
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new UserErrorException("The git program is missing on the Slipway server. Install it (apt-get install git) and try again.", exception);
        }
        catch (CliWrapException exception)
        {
            throw new InvalidOperationException("git could not be run.", exception);
        }
    }

    /// <summary>
    /// What git inherits of ours could redirect it (GIT_DIR, GIT_SSH_COMMAND), so all of GIT_* is taken away. HOME is private, for curl reads ~/.netrc.
    /// </summary>
    private Dictionary<string, string?> Environment(IReadOnlyDictionary<string, string?>? more)
    {
        var environment = new Dictionary<string, string?>();
        foreach (DictionaryEntry inherited in System.Environment.GetEnvironmentVariables())
        {
            if (inherited.Key is string name && name.StartsWith("GIT_", StringComparison.Ordinal))
                environment[name] = null;
        }

        environment["GIT_TERMINAL_PROMPT"] = "0";
        environment["SSH_ASKPASS"] = null;
        environment["SSH_AUTH_SOCK"] = null;
        environment["GIT_CONFIG_NOSYSTEM"] = "1";
        environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        environment["GIT_ATTR_NOSYSTEM"] = "1";
        environment["GIT_ALLOW_PROTOCOL"] = "https:http:git:ssh";
        environment["GIT_OPTIONAL_LOCKS"] = "0";
        environment["LC_ALL"] = "C";
        environment["LANGUAGE"] = null;
        environment["HOME"] = privateDirectory;
        environment["XDG_CONFIG_HOME"] = privateDirectory;
        foreach (var (name, value) in more ?? new Dictionary<string, string?>())
            environment[name] = value;
        return environment;
    }
}
