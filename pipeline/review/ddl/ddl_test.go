package ddl

import (
	"strings"
	"testing"
)

func TestStatementsAsPeopleWriteThem(t *testing.T) {
	tables := Read("a.sql", `-- a comment
CREATE EXTERNAL TABLE IF NOT EXISTS `+"`stedi`.`customer_landing`"+` (
  customerName STRING COMMENT 'a, (b)', -- CREATE TABLE no
  "email" varchar(100),
  `+"`nested`"+` struct<a:int, b:array<string>>
)
PARTITIONED BY (dt string)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
WITH SERDEPROPERTIES ('Mapping.email' = 'Email')
LOCATION
  's3://bucket/customer/landing/';
create table other.x(a int) stored as parquet location "s3://b/x"
MSCK REPAIR TABLE customer_landing;
CREATE TABLE y AS SELECT 1`)
	if len(tables) != 3 {
		t.Fatalf("%d tables: %+v", len(tables), tables)
	}
	c := tables[0]
	if c.Name != "customer_landing" || c.Database != "stedi" || c.Line != 2 || len(c.Columns) != 3 || len(c.Partitions) != 1 || !c.Loads ||
		c.Location != "s3://bucket/customer/landing/" || c.LocatedAt != 10 || c.Properties["mapping.email"] != "Email" {
		t.Errorf("%+v", c)
	}
	want := []Column{{"customerName", "string", 3}, {"email", "varchar(100)", 4}, {"nested", "struct<a:int,b:array<string>>", 5}}
	for i, column := range want {
		if c.Columns[i] != column {
			t.Errorf("%+v, want %+v", c.Columns[i], column)
		}
	}
	if x := tables[1]; x.Name != "x" || x.Database != "other" || x.Stored != "PARQUET" || x.Location != "s3://b/x" {
		t.Errorf("%+v", x)
	}
	if !tables[2].AsSelect {
		t.Errorf("%+v", tables[2])
	}
}

func TestTablesOfTheCatalogInJSON(t *testing.T) {
	const table = `{"Name": "t", "DatabaseName": "d", "StorageDescriptor": {"Columns": [{"Name": "a", "Type": "BIGINT"}], "Location": "s3://b/t", "SerdeInfo": {"SerializationLibrary": "x.JsonSerDe"}}, "PartitionKeys": [{"Name": "p", "Type": "int"}]}`
	for _, text := range []string{table, `{"Table": ` + table + `}`, `{"TableList": [` + table + `]}`, `{"TableInput": ` + table + `}`, `[` + table + `]`} {
		all := Read("a.json", text)
		if len(all) != 1 || all[0].Name != "t" || all[0].Columns[0].Type != "bigint" || len(all[0].Partitions) != 1 || all[0].SerDe != "x.JsonSerDe" {
			t.Errorf("%s: %+v", text, all)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{"", "create table", "create external table a (b struct<c:int>) location 'x", "CREATE TABLE t (a int, ‘b’ string", `{"Table": {}}`, "/* x", "create table a.b.c ("} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, table := range Read("a.sql", text) {
			if table.Line < 1 || table.Line > strings.Count(text, "\n")+1 {
				t.Errorf("line %d of %q", table.Line, text)
			}
		}
	})
}
