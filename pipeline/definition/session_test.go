package definition_test

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"stedi/pipeline/definition"
	"stedi/pipeline/laketest"
)

// DuckDB reads these names as session values if no column has them: a transform
// would write the text 'duckdb' into every row.
func TestANameThatIsNotAColumnIsAFaultOfTheDefinition(t *testing.T) {
	const (
		transform = "-- zone: trusted\n-- path: clean/trusted\n"
		check     = "-- table: clean\n-- severity: error\n"
	)
	for _, c := range []struct{ file, text, want string }{
		{"transforms/clean.sql", transform + "SELECT r.a,\n  user\nFROM raw AS r", "transforms/clean.sql:4: user is not a column"},
		{"transforms/clean.sql", transform + "WITH s AS (\n SELECT r.a FROM raw AS r WHERE r.a = current_user)\nSELECT s.a FROM s", "transforms/clean.sql:4: current_user is not a column"},
		{"transforms/clean.sql", transform + "SELECT r.a, \"session_user\" AS who FROM raw AS r", "transforms/clean.sql:3: session_user is not a column"},
		{"transforms/clean.sql", transform + "SELECT r.a, user() AS who FROM raw AS r", "transforms/clean.sql: user is not a column"},
		{"transforms/clean.sql", transform + "SELECT CAST(\"current_date\" AS VARCHAR) AS d FROM raw AS r", "transforms/clean.sql:3: \"current_date\" is not a column"},
		{"transforms/clean.sql", transform + "SELECT r.a, rowid FROM raw AS r", "transforms/clean.sql:3: "},
		{"checks/rule.sql", check + "SELECT c.a FROM clean AS c\nWHERE current_schema = c.a", "checks/rule.sql:4: current_schema is not a column"},
		{"checks/rule.sql", check + "SELECT c.a FROM clean AS c WHERE c.rowid > 1", "checks/rule.sql:3: "},
		{"transforms/clean.sql", transform + "SELECT user, a FROM named AS n", ""},
		{"transforms/clean.sql", transform + "SELECT n.\"user\", \"localtime\" FROM named AS n", ""},
		{"transforms/clean.sql", transform + "SELECT CAST(current_date AS VARCHAR) AS a FROM raw AS r", ""},
	} {
		folder := fstest.MapFS{
			"landing/raw.sql":      {Data: []byte("CREATE EXTERNAL TABLE raw (a string, n int) LOCATION '${lake}/raw/landing/'")},
			"landing/named.sql":    {Data: []byte("CREATE EXTERNAL TABLE named (a string, `user` string, `localtime` string) LOCATION '${lake}/named/landing/'")},
			"transforms/clean.sql": {Data: []byte(transform + "SELECT r.a FROM raw AS r")},
		}
		folder[c.file] = &fstest.MapFile{Data: []byte(c.text)}
		_, err := definition.Load(t.Context(), folder, nil, laketest.Engine(t))
		var fault *definition.Error
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s\n got %v, want no error", c.text, err)
		case c.want != "" && (!errors.As(err, &fault) || !strings.HasPrefix(fault.Error(), c.want)):
			t.Errorf("%s\n got %v\nwant %s", c.text, err, c.want)
		}
	}
}

func TestForeignSQLInADefinitionIsExplained(t *testing.T) {
	const header = "-- zone: trusted\n-- path: clean/trusted\n"
	for sql, want := range map[string]string{
		"SELECT `a` FROM raw AS r":                                         "transforms/clean.sql:3: back-ticks do not quote names here: use double quotes, \"a\"",
		"SELECT r.a\nFROM `raw` AS r":                                      "transforms/clean.sql:4: back-ticks",
		"SELECT CAST(date_parse(r.a, '%Y') AS VARCHAR) AS a FROM raw AS r": "transforms/clean.sql:3: Catalog Error: Scalar Function with name date_parse does not exist!: use strptime(",
		"SELECT r.a FROM raw AS r\nWHERE r.a RLIKE 'x'":                    "transforms/clean.sql:4: syntax error at or near \"RLIKE\": use regexp_matches(",
		"SELECT '`' AS a -- `\nFROM raw AS r":                              "",
	} {
		folder := fstest.MapFS{
			"landing/raw.sql":      {Data: []byte("CREATE EXTERNAL TABLE raw (`a` string, n int) LOCATION '${lake}/raw/landing/'")},
			"transforms/clean.sql": {Data: []byte(header + sql)},
		}
		_, err := definition.Load(t.Context(), folder, nil, laketest.Engine(t))
		if want == "" && err != nil || want != "" && (err == nil || !strings.HasPrefix(err.Error(), want)) {
			t.Errorf("%s\n got %v\nwant %s", sql, err, want)
		}
	}
}
