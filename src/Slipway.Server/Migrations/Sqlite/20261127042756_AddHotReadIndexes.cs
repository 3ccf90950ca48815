using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Slipway.Server.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class AddHotReadIndexes : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateIndex(
                name: "IX_Deployments_Live",
                table: "Deployments",
                column: "StackId",
                filter: "\"IsLive\"");

            migrationBuilder.CreateIndex(
                name: "IX_Actions_Unfinished",
                table: "Actions",
                column: "StackId",
                filter: "\"FinishedAt\" IS NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Deployments_Live",
                table: "Deployments");

            migrationBuilder.DropIndex(
                name: "IX_Actions_Unfinished",
                table: "Actions");
        }
    }
}
