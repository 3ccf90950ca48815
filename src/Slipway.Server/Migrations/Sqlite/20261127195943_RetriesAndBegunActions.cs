using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Slipway.Server.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class RetriesAndBegunActions : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "RetryAt",
                table: "Schedules",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "ActionId",
                table: "IdempotentRequests",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "IX_IdempotentRequests_ActionId",
                table: "IdempotentRequests",
                column: "ActionId");

            migrationBuilder.AddForeignKey(
                name: "FK_IdempotentRequests_Actions_ActionId",
                table: "IdempotentRequests",
                column: "ActionId",
                principalTable: "Actions",
                principalColumn: "Id",
                onDelete: ReferentialAction.SetNull);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropForeignKey(
                name: "FK_IdempotentRequests_Actions_ActionId",
                table: "IdempotentRequests");

            migrationBuilder.DropIndex(
                name: "IX_IdempotentRequests_ActionId",
                table: "IdempotentRequests");

            migrationBuilder.DropColumn(
                name: "RetryAt",
                table: "Schedules");

            migrationBuilder.DropColumn(
                name: "ActionId",
                table: "IdempotentRequests");
        }
    }
}
