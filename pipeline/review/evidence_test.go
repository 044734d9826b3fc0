package review

import (
	"slices"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"

	"stedi/pipeline"
)

func TestEvidenceMapsToItemsOfTheRubric(t *testing.T) {
	rubric, err := ReadRubric("", "")
	if err != nil {
		t.Fatal(err)
	}
	var list struct {
		Schema  string          `toml:"schema"`
		Queries []evidenceEntry `toml:"query"`
	}
	if err := toml.Unmarshal([]byte(evidenceList), &list); err != nil || list.Schema != EvidenceSchema || len(list.Queries) == 0 {
		t.Fatalf("the list is of schema %q with %d queries: %v", list.Schema, len(list.Queries), err)
	}
	for _, e := range list.Queries {
		if e.Kind != "count" && (e.Kind != "rows" || e.Limit <= 0) {
			t.Errorf("%s: kind %q with the limit %d", e.Name, e.Kind, e.Limit)
		}
		for _, id := range e.Items {
			if !slices.ContainsFunc(rubric.Items, func(i RubricItem) bool { return i.ID == id }) {
				t.Errorf("%s: the rubric has no item %s", e.Name, id)
			}
		}
		for _, table := range e.Tables {
			if rubric.table(table) == nil {
				t.Errorf("%s: the rubric has no table %s", e.Name, table)
			}
		}
	}
}

func TestEvidenceIsForTheTablesOfTheLake(t *testing.T) {
	rubric, err := ReadRubric("", "")
	if err != nil {
		t.Fatal(err)
	}
	lake := &pipeline.Lake{Tables: []*pipeline.Table{{Name: "customer_landing"}, {Name: "machine_learning_curated"}, {Name: "books"}}}
	queries, err := Evidence(lake, rubric)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"customer_landing_count":              "pictures.customer_landing claims.customer_landing",
		"customer_landing_blank_consent":      "pictures.blank",
		"customer_landing_blank_consent_rows": "pictures.blank",
		"customer_landing_rows":               "pictures.customer_landing",
		"machine_learning_curated_count":      "pictures.machine_learning_curated claims.machine_learning_curated script.rows.machine_learning_curated",
		"machine_learning_curated_rows":       "pictures.machine_learning_curated script.columns.machine_learning_curated script.personal",
		"books_count":                         "",
		"books_rows":                          "",
	}
	for _, q := range queries {
		items, ok := want[q.Name]
		if got := strings.Join(q.Items, " "); !ok || got != items {
			t.Errorf("%s is for %q, not %q", q.Name, got, items)
		}
		delete(want, q.Name)
	}
	for name := range want {
		t.Errorf("%s is missing", name)
	}
}
