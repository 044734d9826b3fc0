package pipeline

import (
	"errors"
	"strings"
	"testing"

	"stedi/pipeline/ndjson"
)

func TestDDL(t *testing.T) {
	got, err := parseDDL("-- a table\nCREATE EXTERNAL TABLE IF NOT EXISTS `things` (\n" +
		"  `Id` bigint COMMENT 'key: it''s the number', -- not, a column\n  label STRING COMMENT 'free text', \"ok\" boolean)\n" +
		"PARTITIONED BY (x int) LOCATION '${lake}/things/'\nTBLPROPERTIES ('a' = 'b');\n")
	if err != nil {
		t.Fatal(err)
	}
	want := []Column{{Name: "Id", Type: ndjson.Bigint, Key: true}, {Name: "label"}, {Name: "ok", Type: ndjson.Boolean}}
	if got.name != "things" || got.location != "${lake}/things/" || len(got.columns) != 3 {
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
		{"a type that JSON has not", head + "(\n a string,\n b decimal(10,2)) LOCATION 'x'", 3, "column b has type decimal"},
		{"a nested type", head + "(a array<string>) LOCATION 'x'", 1, "column a has type array"},
		{"a column twice", head + "(a string,\n A int) LOCATION 'x'", 2, "column A is there twice"},
		{"no columns", head + "()", 1, "a column's name expected"},
		{"no location", head + "(a int)\n", 2, "a LOCATION expected"},
		{"two locations", head + "(a int) LOCATION 'x' LOCATION 'y'", 1, "one quoted LOCATION"},
		{"a second statement", head + "(a int) LOCATION 'x';\nDROP TABLE t", 2, "second one"},
		{"a quote without end", head + "(a int)\nLOCATION 'x", 2, "LOCATION"},
		{"a comment without end", head + "(a int) /* LOCATION 'x'", 1, "no end"},
		{"a database", "CREATE EXTERNAL TABLE db.t (a int)", 1, "without a database"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := parseDDL(c.text)
			var fault *SQLError
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
	f.Fuzz(func(t *testing.T, text string) {
		ddl, err := parseDDL(text)
		if err != nil {
			var fault *SQLError
			if !errors.As(err, &fault) || fault.Line < 1 || fault.Line > 1+strings.Count(text, "\n") {
				t.Fatalf("a fault without a line of the text: %#v", err)
			}
			return
		}
		if ddl.name == "" && !strings.Contains(text, "``") && !strings.Contains(text, `""`) || len(ddl.columns) == 0 || ddl.location == "" && !strings.Contains(text, "''") {
			t.Fatalf("accepted without a name, a column or a location: %+v", ddl)
		}
	})
}
