namespace Slipway.Server.Platform.Schedules;

/// <summary>Does what is due. It changes the database only, in the transaction that also moves the schedule on: what takes longer is queued there as an action.</summary>
internal interface IScheduledWork
{
    /// <summary>Unique among all; stored in <see cref="Schedule.Kind"/>.</summary>
    string Kind { get; }

    /// <summary>The installation's own schedule of this kind, made at start; null when its schedules are made by others.</summary>
    Schedule? Own { get; }

    /// <summary>Does it. True when there is more of it, to be done right after, so that no transaction grows long.</summary>
    Task<bool> RunAsync(AppDb db, Schedule schedule, CancellationToken cancellationToken);
}
