using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.EntityFrameworkCore;

namespace Slipway.Server.Platform.Data.Keys;

/// <summary>Keeps the keys of cookies and forms in the database, so that what one node gave to a browser is understood by all.</summary>
internal sealed class ProtectionKeys(IDbContextFactory<AppDb> contexts) : IXmlRepository
{
    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using var db = contexts.CreateDbContext();
        return [.. db.ProtectionKeys.AsNoTracking().OrderBy(key => key.Name).Select(key => key.Xml).AsEnumerable().Select(xml => XElement.Parse(xml))];
    }

    // Data protection asks for this synchronously, so the row goes past the change tracker, which saves asynchronously only.
    public void StoreElement(XElement element, string friendlyName)
    {
        using var db = contexts.CreateDbContext();
        Store(db, friendlyName, element);
    }

    /// <summary>Takes over the keys that earlier versions kept in files.</summary>
    public void Adopt(DirectoryInfo directory)
    {
        if (!directory.Exists)
            return;
        using var db = contexts.CreateDbContext();
        foreach (var file in directory.EnumerateFiles("*.xml"))
            Store(db, Path.GetFileNameWithoutExtension(file.Name), XElement.Load(file.FullName));
        directory.Delete(recursive: true);
    }

    private static void Store(AppDb db, string name, XElement element)
    {
        var xml = element.ToString(SaveOptions.DisableFormatting);
        db.Database.ExecuteSql($"""INSERT INTO "ProtectionKeys" ("Name", "Xml") VALUES ({name}, {xml}) ON CONFLICT DO NOTHING""");
    }
}
