using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using OpenIddict.EntityFrameworkCore.Models;
using Slipway.Server.Accounts;

namespace Slipway.Server.Applications;

/// <summary>A program of somebody else that people may let use Slipway on their behalf.</summary>
internal sealed class Application : OpenIddictEntityFrameworkCoreApplication<int, Authorization, AuthorizationCode>
{
    /// <summary>The account whose administrators look after it.</summary>
    public int AccountId { get; set; }

    public Account? Account { get; set; }

    public DateTimeOffset CreatedAt { get; set; }
}

/// <summary>
/// What a person agreed to. A permanent one is remembered; one made for a single code (ad hoc) ties that code to the token it gave.
/// </summary>
internal sealed class Authorization : OpenIddictEntityFrameworkCoreAuthorization<int, Application, AuthorizationCode>;

/// <summary>A code on its way from the consent to the application.</summary>
internal sealed class AuthorizationCode : OpenIddictEntityFrameworkCoreToken<int, Application, Authorization>;

/// <summary>OpenIddict demands the table. Scopes are fixed, so it stays empty.</summary>
internal sealed class ApplicationScope : OpenIddictEntityFrameworkCoreScope<int>;

internal sealed class ApplicationConfiguration : IEntityTypeConfiguration<Application>
{
    public void Configure(EntityTypeBuilder<Application> builder)
    {
        builder.ToTable("Applications");
        builder.HasOne(application => application.Account).WithMany().OnDelete(DeleteBehavior.Cascade);
        builder.HasMany(application => application.Authorizations).WithOne(authorization => authorization.Application!).OnDelete(DeleteBehavior.Cascade);
        builder.HasMany(application => application.Tokens).WithOne(code => code.Application!).OnDelete(DeleteBehavior.Cascade);
    }
}

internal sealed class AuthorizationConfiguration : IEntityTypeConfiguration<Authorization>
{
    public void Configure(EntityTypeBuilder<Authorization> builder)
    {
        builder.ToTable("Authorizations");
        builder.HasMany(authorization => authorization.Tokens).WithOne(code => code.Authorization!).OnDelete(DeleteBehavior.Cascade);
    }
}

internal sealed class AuthorizationCodeConfiguration : IEntityTypeConfiguration<AuthorizationCode>
{
    public void Configure(EntityTypeBuilder<AuthorizationCode> builder) => builder.ToTable("AuthorizationCodes");
}

internal sealed class ApplicationScopeConfiguration : IEntityTypeConfiguration<ApplicationScope>
{
    public void Configure(EntityTypeBuilder<ApplicationScope> builder) => builder.ToTable("ApplicationScopes");
}
