package main

import (
	"slices"
	"testing"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
)

func TestValuesThatIdentifyAPersonAreMasked(t *testing.T) {
	people := &pipeline.Table{Name: "people", Personal: []string{"eMail"}, Subject: map[string]string{"person": "number"}, Columns: []pipeline.Column{
		{Name: "eMail", Type: ndjson.String},
		{Name: "number", Type: ndjson.Bigint},
		{Name: "town", Type: ndjson.String},
		{Name: "joined", Type: ndjson.Bigint},
	}}
	members := &pipeline.Table{Name: "members", Transform: &pipeline.Transform{Output: "members", Inputs: []string{"people"}}}
	lake := &pipeline.Lake{Tables: []*pipeline.Table{people, members}}
	rows := &readRows{
		columns: []pipeline.ResultColumn{
			{Name: "email", Type: "VARCHAR"},
			{Name: "number", Type: "BIGINT"},
			{Name: "town", Type: "VARCHAR"},
			{Name: "joined", Type: "BIGINT"},
			{Name: "who", Type: "VARCHAR"}, // renamed by the transform
			{Name: "all", Type: "VARCHAR[]"},
			{Name: "n", Type: "BIGINT"},
		},
		rows: [][]any{
			{"a@example.com", int64(7), "Rome", int64(1), "a@example.com", "[\"a@example.com\"]", int64(1)},
			{"b@example.com", int64(8), "Rome", int64(2), nil, "", int64(2)},
			{"a@example.com", int64(7), "Oslo", int64(3), "", "[]", int64(3)},
		},
	}
	newMasker(lake, members).mask(rows)
	want := [][]any{
		{"email-1", "number-1", "Rome", int64(1), "who-1", "all-1", int64(1)},
		{"email-2", "number-2", "Rome", int64(2), nil, "", int64(2)},
		{"email-1", "number-1", "Oslo", int64(3), "", "all-2", int64(3)},
	}
	for i := range want {
		if !slices.Equal(rows.rows[i], want[i]) {
			t.Errorf("row %d is %v, not %v", i, rows.rows[i], want[i])
		}
	}
}
