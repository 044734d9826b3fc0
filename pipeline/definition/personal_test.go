package definition_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"stedi/pipeline/definition"
	"stedi/pipeline/laketest"
)

func TestPersonalColumnsAreMarked(t *testing.T) {
	ddl := func(header, comment string) string {
		return header + "CREATE EXTERNAL TABLE pings (`Who` string COMMENT '" + comment + "', `at` bigint) LOCATION '${lake}/pings/'"
	}
	const transform = "-- zone: clean\n-- path: clean\nSELECT p.at FROM pings AS p"
	tests := []struct {
		name, landing, transform string
		marked                   []string
		anonymous                bool
		fault                    string
	}{
		{"nothing", ddl("", "key: personal"), transform, nil, false, ""},
		{"a header", ddl("-- personal: who\n", ""), transform, []string{"Who"}, false, ""},
		{"a comment", ddl("", "key, personal: an address"), transform, []string{"Who"}, false, ""},
		{"both", ddl("-- personal: who, AT\n", "personal"), transform, []string{"Who", "at"}, false, ""},
		{"an unknown column", ddl("-- personal: whom\n", ""), transform, nil, false, "landing/pings.sql:1: the header's personal"},
		{"a table without", ddl("", ""), "-- personal: none\n" + transform, nil, true, ""},
		{"columns of a transform", ddl("", ""), "-- personal: at\n" + transform, nil, false, "transforms/t.sql:1: the header's personal"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			files := fstest.MapFS{"landing/pings.sql": {Data: []byte(test.landing)}, "transforms/t.sql": {Data: []byte(test.transform)}}
			lake, err := definition.Load(t.Context(), files, nil, laketest.Engine(t))
			if test.fault != "" {
				if err == nil || !strings.Contains(err.Error(), test.fault) {
					t.Fatalf("got %v, want %s", err, test.fault)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := lake.Table("pings").Personal; !slices.Equal(got, test.marked) {
				t.Errorf("marked %v, want %v", got, test.marked)
			}
			if got := lake.Table("t").Anonymous; got != test.anonymous {
				t.Errorf("anonymous: %v, want %v", got, test.anonymous)
			}
		})
	}
}
