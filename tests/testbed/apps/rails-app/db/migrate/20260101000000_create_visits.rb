class CreateVisits < ActiveRecord::Migration[6.1]
  def change
    create_table :visits do |table|
      table.string :revision, null: false
      table.timestamps
    end
  end
end
