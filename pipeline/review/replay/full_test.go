package replay_test

import "testing"

func TestFullSmoke(t *testing.T) {
	r := open(t)
	for _, set := range [][]string{
		{"customer_filter", "accelerometer_join", "curated_sql", "step_sql", "ml_join"},
		{"customer_filter", "accelerometer_join", "curated_join", "step_leading_dot", "ml_join"},
		{"customer_filter", "accelerometer_strict", "curated_semi", "step_sql", "ml_join"},
	} {
		o, err := r.Replay(t.Context(), scripts(t, set...))
		if err != nil {
			t.Fatal(err)
		}
		for _, table := range o.Tables {
			t.Log(table.Name, table.Rows, table.WouldFail, table.Notes)
			if table.Rows != nil {
				t.Log(*table.Rows)
			}
		}
	}
}
