using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Slipway.Tests.Conventions;

/// <summary>Keeps changes in sight of the audit trail.</summary>
public sealed class AuditTests
{
    /// <summary>How often statements past the change tracker, which writes the entries, are used in a file, and why that needs no entry.</summary>
    private static readonly Dictionary<string, (int Count, string Why)> Allowed = new()
    {
        ["src/Slipway.Server/Actions/ForgetLogs.cs"] = (3, "journals older than they have to be kept"),
        ["src/Slipway.Server/OAuth/SpentCodes.cs"] = (3, "clears away what ended a day ago: codes, their consents, tokens"),
        ["src/Slipway.Server/Platform/Audit/ChangeRecorder.cs"] = (2, "the end of the chain of entries"),
        ["src/Slipway.Server/Platform/Auth/TokenUses.cs"] = (1, "when a token was last used"),
        ["src/Slipway.Server/Platform/Data/Keys/ProtectionKeys.cs"] = (1, "keys that the server makes for itself"),
        ["src/Slipway.Server/Platform/Idempotency/IdempotencyMiddleware.cs"] = (1, "remembered answers"),
        ["src/Slipway.Server/Platform/Limits/RateLimits.cs"] = (1, "counts of requests"),
        ["src/Slipway.Server/Platform/Schedules/DueWork.cs"] = (1, "when something of the server's own is due"),
        ["src/Slipway.Server/Platform/Work/ActionJournal.cs"] = (2, "the journal of an action, which is audited"),
        ["src/Slipway.Server/Platform/Work/JournalLog.cs"] = (1, "the journal of an action, which is audited"),
        ["src/Slipway.Server/Stacks/AnalyseStack.cs"] = (1, "a status that follows from an action, which is audited"),
    };

    [Fact]
    public void Statements_PastTheChangeTracker_AreKnown()
    {
        var found = (from file in Repository.Files
                     where file.Name.StartsWith("src/Slipway.Server/", StringComparison.Ordinal)
                     let count = file.All<MemberAccessExpressionSyntax>().Count(IsPastTheTracker)
                     where count > 0
                     select (file.Name, count)).ToDictionary(pair => pair.Name, pair => pair.count);
        BudgetTests.AssertNone(
            from name in found.Keys.Union(Allowed.Keys)
            let allowed = Allowed.GetValueOrDefault(name).Count
            where found.GetValueOrDefault(name) != allowed
            select $"{name} has {found.GetValueOrDefault(name)} such statements, known are {allowed}: note what they change with db.Audit.Note, or say here why not");
    }

    private static bool IsPastTheTracker(MemberAccessExpressionSyntax access) =>
        access.Name.Identifier.Text is var name && (name.StartsWith("ExecuteUpdate", StringComparison.Ordinal)
            || name.StartsWith("ExecuteDelete", StringComparison.Ordinal) || name.StartsWith("ExecuteSql", StringComparison.Ordinal));
}
