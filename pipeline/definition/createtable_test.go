package definition

import (
	"slices"
	"strings"
	"testing"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
	"stedi/pipeline/sqlquote"
)

func TestAStatementReadsBackAsItsTable(t *testing.T) {
	for _, c := range []struct {
		name    string
		columns []pipeline.Column
		doc     string
	}{
		{"plain", []pipeline.Column{{Name: "a"}, {Name: "b", Type: ndjson.Boolean}, {Name: "c", Type: ndjson.Int}, {Name: "d", Type: ndjson.Bigint}, {Name: "e", Type: ndjson.Double}}, "All types."},
		{"reserved words", []pipeline.Column{{Name: "select"}, {Name: "timestamp", Type: ndjson.Bigint}, {Name: "comment"}, {Name: "location"}}, ""},
		{"hostile names", []pipeline.Column{{Name: "a` string) LOCATION 'x'; DROP TABLE t; --"}, {Name: "`"}, {Name: "'"}, {Name: "\""}, {Name: "a b\n-- c"}, {Name: "/*"}}, ""},
		{"a hostile text", []pipeline.Column{{Name: "a"}}, "x\rDROP TABLE t;\n*/ DROP TABLE t; '`"},
	} {
		t.Run(c.name, func(t *testing.T) {
			table := pipeline.Table{Name: "made", Path: "zone/made", Doc: c.doc, Columns: c.columns, Transform: &pipeline.Transform{}}
			text, err := CreateTable(&table, "s3://bucket/prefix/")
			if err != nil {
				t.Fatal(err)
			}
			ddl, err := parseDDL(text)
			if err != nil {
				t.Fatalf("%v\n%s", err, text)
			}
			if ddl.name != "made" || ddl.location != "s3://bucket/prefix/zone/made/" || !slices.Equal(ddl.columns, c.columns) {
				t.Errorf("reads back as %+v:\n%s", ddl, text)
			}
			if !strings.HasSuffix(text, ";\n") || strings.ContainsRune(text, '\r') {
				t.Errorf("does not end as a statement does: %q", text)
			}
		})
	}
}

func TestALandingStatementIsTheDefinitionsOwn(t *testing.T) {
	const ddl = "-- raw: ${lake}\nCREATE EXTERNAL TABLE Raw (A string COMMENT 'key') LOCATION '${lake}/raw/'"
	for _, c := range []struct{ name, text, want string }{
		{"without an end", ddl, ddl + "\n;\n"},
		{"with an end", ddl + ";\n\n", ddl + ";\n"},
		{"with a comment at the end", ddl + " -- ; not here", ddl + " -- ; not here\n;\n"},
		{"with a semicolon in a text", ddl + "TBLPROPERTIES ('a' = ';')", ddl + "TBLPROPERTIES ('a' = ';')\n;\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			table := pipeline.Table{Name: "raw", Path: "raw", DDL: c.text, Columns: []pipeline.Column{{Name: "A", Key: true}}}
			text, err := CreateTable(&table, "s3://bucket")
			if want := strings.ReplaceAll(c.want, "${lake}", "s3://bucket"); err != nil || text != want {
				t.Errorf("got %q and %v, want %q", text, err, want)
			}
		})
	}
}

func TestATableThatAthenaCannotHaveIsRefused(t *testing.T) {
	table := pipeline.Table{Name: "made", Path: "made", File: "transforms/made.sql", Columns: []pipeline.Column{{Name: "a"}, {Name: "A"}}, Transform: &pipeline.Transform{}}
	if text, err := CreateTable(&table, "s3://bucket"); err == nil || !strings.Contains(err.Error(), "transforms/made.sql") || !strings.Contains(err.Error(), "there twice") || pipeline.KindOf(err) != pipeline.BadUsage {
		t.Errorf("got %q and %v", text, err)
	}
}

func TestS3Locations(t *testing.T) {
	for text, want := range map[string]string{
		"s3://lake-of-mine":                      "s3://lake-of-mine",
		"s3://lake-of-mine/a/run=1/b_c.d/":       "s3://lake-of-mine/a/run=1/b_c.d",
		"":                                       "",
		"s3://":                                  "",
		"s3://Bucket":                            "",
		"s3://lake/../other":                     "",
		"s3://lake//a":                           "",
		"s3://lake/'; DROP TABLE t":              "",
		"s3://lake/${lake}":                      "",
		"s3a://lake":                             "",
		"https://lake.s3.amazonaws.com":          "",
		"s3://lake/a\n":                          "",
		"s3://" + strings.Repeat("a", 64) + "/x": "",
	} {
		got, err := CheckS3Location(text)
		if got != want || (err == nil) != (want != "") || err != nil && pipeline.KindOf(err) != pipeline.BadUsage {
			t.Errorf("%q gives %q and %v, want %q", text, got, err, want)
		}
	}
}

// FuzzQuotedDDL: the parser reads back any location and any column name that is
// quoted for a DDL.
func FuzzQuotedDDL(f *testing.F) {
	for _, s := range []string{"a", "'", "`", `\`, `o'neil\`, "'; DROP TABLE t; --", "/*", "a\nb", "\x00", `\0`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		l := lexer{text: sqlquote.Hive.Text(s) + sqlquote.Hive.Name(s), ddl: true}
		text, name, end := l.lex(), l.lex(), l.lex()
		if text.kind != tokenString || text.text != s || name.kind != tokenName || name.text != s || end.kind != tokenEnd {
			t.Errorf("%q is read back as %q, %q and %v", s, text.text, name.text, end)
		}
	})
}
