package pipeline_test

import (
	"strings"
	"testing"

	"stedi/pipeline"
)

func TestWithEndsBeforeTheFinalSelect(t *testing.T) {
	for sql, want := range map[string]string{
		"SELECT 1":                      "",
		"-- WITH nothing\nSELECT 1":     "",
		"WITH a AS (SELECT 1) SELECT 2": "WITH a AS (SELECT 1)",
		"-- zone: x\nWITH a AS (SELECT ')'), b AS (SELECT (1) FROM a) -- SELECT\nSELECT 2 FROM b": "WITH a AS (SELECT ')'), b AS (SELECT (1) FROM a) -- SELECT",
		"WITH \"select\" AS (SELECT 1) SELECT * FROM \"select\"":                                  "WITH \"select\" AS (SELECT 1)",
		"WITH a AS (SELECT 1": "",
	} {
		if got := strings.TrimSpace(pipeline.With(sql)); got != want {
			t.Errorf("%q: got %q, want %q", sql, got, want)
		}
	}
}
