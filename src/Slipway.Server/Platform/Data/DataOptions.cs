using System.ComponentModel.DataAnnotations;

namespace Slipway.Server.Platform.Data;

/// <summary>Where Slipway keeps what it must not lose. Section <c>Slipway</c>.</summary>
internal sealed class DataOptions
{
    public const string Section = "Slipway";

    /// <summary>Holds the SQLite database, keys and caches. Made when missing.</summary>
    [Required(ErrorMessage = "Slipway:DataDirectory is empty. Name the directory where Slipway may keep its data.")]
    public string DataDirectory { get; set; } = "data";

    /// <summary>The key that wraps all stored secrets; by default <c>master.key</c> in the data directory. Back it up apart from the data.</summary>
    public string? MasterKeyFile { get; set; }

    public string MasterKeyPath => MasterKeyFile ?? Path.Combine(DataDirectory, "master.key");
}
