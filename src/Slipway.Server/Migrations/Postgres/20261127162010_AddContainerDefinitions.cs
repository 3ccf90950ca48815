using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Slipway.Server.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class AddContainerDefinitions : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "HostAccess",
                table: "Stacks",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<string>(
                name: "ServiceYaml",
                table: "Stacks",
                type: "text",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "HostAccess",
                table: "Stacks");

            migrationBuilder.DropColumn(
                name: "ServiceYaml",
                table: "Stacks");
        }
    }
}
