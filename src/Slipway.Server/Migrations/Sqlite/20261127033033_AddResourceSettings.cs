using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Slipway.Server.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class AddResourceSettings : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "AllowedWebSource",
                table: "Stacks",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "AssetPrefix",
                table: "Stacks",
                type: "TEXT",
                maxLength: 100,
                nullable: false,
                defaultValue: "assets");

            migrationBuilder.AddColumn<string>(
                name: "HookKey",
                table: "Stacks",
                type: "TEXT",
                maxLength: 32,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "HookSecret",
                table: "Stacks",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "HookToken",
                table: "Stacks",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "HostLabel",
                table: "Stacks",
                type: "TEXT",
                maxLength: 28,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<bool>(
                name: "ReconfigureNginx",
                table: "Stacks",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.CreateTable(
                name: "ProcessCounts",
                columns: table => new
                {
                    ServerId = table.Column<int>(type: "INTEGER", nullable: false),
                    Process = table.Column<string>(type: "TEXT", maxLength: 60, nullable: false),
                    Count = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ProcessCounts", x => new { x.ServerId, x.Process });
                    table.ForeignKey(
                        name: "FK_ProcessCounts_Servers_ServerId",
                        column: x => x.ServerId,
                        principalTable: "Servers",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.Sql("""UPDATE "Stacks" SET "HostLabel" = "Slug";""");

            migrationBuilder.CreateIndex(
                name: "IX_Stacks_HookKey",
                table: "Stacks",
                column: "HookKey",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Stacks_HostLabel",
                table: "Stacks",
                column: "HostLabel",
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "ProcessCounts");

            migrationBuilder.DropIndex(
                name: "IX_Stacks_HookKey",
                table: "Stacks");

            migrationBuilder.DropIndex(
                name: "IX_Stacks_HostLabel",
                table: "Stacks");

            migrationBuilder.DropColumn(
                name: "AllowedWebSource",
                table: "Stacks");

            migrationBuilder.DropColumn(
                name: "AssetPrefix",
                table: "Stacks");

            migrationBuilder.DropColumn(
                name: "HookKey",
                table: "Stacks");

            migrationBuilder.DropColumn(
                name: "HookSecret",
                table: "Stacks");

            migrationBuilder.DropColumn(
                name: "HookToken",
                table: "Stacks");

            migrationBuilder.DropColumn(
                name: "HostLabel",
                table: "Stacks");

            migrationBuilder.DropColumn(
                name: "ReconfigureNginx",
                table: "Stacks");
        }
    }
}
