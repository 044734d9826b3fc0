package definition

import (
	"errors"
	"strings"
	"testing"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
)

func TestDDL(t *testing.T) {
	got, err := parseDDL("-- a table\nCREATE EXTERNAL TABLE IF NOT EXISTS `things` (\n" +
		"  `Id` bigint COMMENT 'key: it''s the number', -- not, a column\n  label STRING COMMENT 'free text', `ok` boolean)\n" +
		"PARTITIONED BY (x int) LOCATION '${lake}/things/'\nTBLPROPERTIES ('a' = 'b');\n")
	if err != nil {
		t.Fatal(err)
	}
	want := []pipeline.Column{{Name: "Id", Type: ndjson.Bigint, Key: true}, {Name: "label"}, {Name: "ok", Type: ndjson.Boolean}, {Name: "x", Type: ndjson.Int, Partition: true}}
	if got.name != "things" || got.location != "${lake}/things/" || len(got.columns) != len(want) {
		t.Fatalf("got %+v", got)
	}
	for i, c := range want {
		if got.columns[i] != c {
			t.Errorf("column %d: got %+v, want %+v", i, got.columns[i], c)
		}
	}
}

func TestDDLFaults(t *testing.T) {
	const head = "CREATE EXTERNAL TABLE t "
	for _, c := range []struct {
		name, text string
		line       int
		says       string
	}{
		{"a statement of another kind", "DROP TABLE t", 1, "CREATE EXTERNAL TABLE expected"},
		{"an empty file", "", 1, "not the end of the file"},
		{"a type that JSON has not", head + "(\n a string,\n b blob) LOCATION 'x'", 3, "column b: type blob is not supported: write string"},
		{"a column twice", head + "(a string,\n A int) LOCATION 'x'", 2, "column A is there twice"},
		{"no columns", head + "()", 1, "a column's name expected"},
		{"no location", head + "(a int)\n", 2, "a LOCATION expected"},
		{"two locations", head + "(a int) LOCATION 'x' LOCATION 'y'", 1, "one quoted LOCATION"},
		{"a second statement", head + "(a int) LOCATION 'x';\nDROP TABLE t", 2, "second one"},
		{"a quote without end", head + "(a int)\nLOCATION 'x", 2, "LOCATION"},
		{"a comment without end", head + "(a int) /* LOCATION 'x'", 1, "no end"},
		{"a catalog", "CREATE EXTERNAL TABLE c.db.t (a int) LOCATION 'x'", 1, "more than two parts"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := parseDDL(c.text)
			var fault *pipeline.SQLError
			if !errors.As(err, &fault) {
				t.Fatalf("got %v, want a *SQLError", err)
			}
			if fault.Line != c.line || !strings.Contains(fault.Message, c.says) {
				t.Errorf("got line %d, %q; want line %d and %q", fault.Line, fault.Message, c.line, c.says)
			}
		})
	}
}

func FuzzDDL(f *testing.F) {
	f.Add("CREATE EXTERNAL TABLE `t` (`a` string COMMENT 'key') LOCATION '${lake}/t/'")
	f.Add("create external table t (a int, b double /* x */) location 'a''b';")
	f.Add("-- \x00\n/*")
	f.Add("CREATE EXTERNAL TABLE d.t (a array<struct<b:decimal(3,1)>>) PARTITIONED BY (p date)\nROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' WITH SERDEPROPERTIES ('mapping.a'=\"B\") LOCATION 's3://b/t/' TBLPROPERTIES ('x'='\\'y');;")
	f.Add("CREATE EXTERNAL TABLE t (a varchar(5) COMMENT \"x\") CLUSTERED BY (a) INTO 3 BUCKETS ROW FORMAT DELIMITED NULL DEFINED AS '' STORED AS ORC LOCATION ''")
	f.Fuzz(func(t *testing.T, text string) {
		ddl, err := parseDDL(text)
		if err != nil {
			for _, fault := range faultsIn("t.sql", err) {
				var at *Error
				if !errors.As(fault, &at) || at.Line < 1 || at.Line > 1+strings.Count(text, "\n") {
					t.Fatalf("a fault without a line of the text: %#v", fault)
				}
			}
			return
		}
		if ddl.name == "" && !strings.Contains(text, "``") && !strings.Contains(text, `""`) || len(ddl.columns) == 0 || ddl.location == "" && !strings.Contains(text, "''") && !strings.Contains(text, `""`) {
			t.Fatalf("accepted without a name, a column or a location: %+v", ddl)
		}
		again, err := parseDDL(ddl.portable(text, "a/b"))
		if err != nil || again.name != ddl.name || again.database != "" || again.location != "${lake}/a/b/" || again.serde.class == "" || len(again.columns) != len(ddl.columns) {
			t.Fatalf("the portable statement reads as %+v, %v; was %+v\n%s", again, err, ddl, ddl.portable(text, "a/b"))
		}
		for i, c := range ddl.columns {
			if again.columns[i] != c {
				t.Fatalf("column %+v of the portable statement was %+v", again.columns[i], c)
			}
			if _, err := ndjson.ParseType(c.Type.String()); err != nil {
				t.Fatalf("column %+v: %v", c, err)
			}
		}
	})
}
