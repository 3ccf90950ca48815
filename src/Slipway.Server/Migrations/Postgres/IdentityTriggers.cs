namespace Slipway.Server.Migrations.Postgres;

/// <summary>
/// Tells every node, at the commit, which tokens and people it must not remember any longer. Triggers also see what cascades delete,
/// and nobody can forget to call them.
/// </summary>
internal static class IdentityTriggers
{
    public const string Create =
        """
        CREATE FUNCTION slipway_identity_changed() RETURNS trigger AS $$
        BEGIN
            IF TG_TABLE_NAME = 'AccessTokens' THEN
                PERFORM pg_notify('slipway_identity', 'token:' || OLD."Hash");
            ELSIF TG_TABLE_NAME = 'AspNetUsers' THEN
                PERFORM pg_notify('slipway_identity', 'user:' || OLD."Id");
            ELSIF TG_TABLE_NAME = 'Memberships' THEN
                PERFORM pg_notify('slipway_identity', 'user:' || COALESCE(NEW."UserId", OLD."UserId"));
            ELSE
                PERFORM pg_notify('slipway_identity', 'all');
            END IF;
            RETURN NULL;
        END $$ LANGUAGE plpgsql;
        CREATE TRIGGER slipway_identity AFTER DELETE OR UPDATE OF "Hash", "Scopes", "UserId", "ApplicationId", "ExpiresAt" ON "AccessTokens"
            FOR EACH ROW EXECUTE FUNCTION slipway_identity_changed();
        CREATE TRIGGER slipway_identity AFTER DELETE OR UPDATE ON "AspNetUsers" FOR EACH ROW EXECUTE FUNCTION slipway_identity_changed();
        CREATE TRIGGER slipway_identity AFTER INSERT OR DELETE OR UPDATE ON "Memberships" FOR EACH ROW EXECUTE FUNCTION slipway_identity_changed();
        CREATE TRIGGER slipway_identity AFTER DELETE OR UPDATE ON "Accounts" FOR EACH ROW EXECUTE FUNCTION slipway_identity_changed();
        """;
}
