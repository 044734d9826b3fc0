package athena

import (
	"strings"
	"testing"

	"stedi/pipeline"
)

// made is what a counting query of a transform counts in one reading each: a
// relation, then the stages that filter it.
func made(t *testing.T, sql string, stages []string, inputs ...string) []string {
	t.Helper()
	table := &pipeline.Table{Name: "made", Transform: &pipeline.Transform{SQL: sql, Stages: stages, Inputs: inputs}}
	c := countingOf(table, scope{
		stages: true, chained: true, result: "result", counted: func(input string) bool { return strings.HasPrefix(input, "known") },
		name: func(input string) string { return "db." + input },
	})
	var groups []string
	for _, g := range c.Groups {
		groups = append(groups, g.From+": "+strings.Join(g.Names, " > "))
	}
	return groups
}

func TestStagesThatOnlyFilterAreCountedInOneReading(t *testing.T) {
	for name, c := range map[string]struct {
		sql    string
		stages []string
		inputs []string
		want   string
	}{
		"two filters": {
			"WITH a AS (SELECT r.x, r.y FROM raw AS r WHERE r.x > 0),\nb AS (SELECT x FROM a WHERE y IN (SELECT z FROM known)) SELECT x FROM b",
			[]string{"a", "b"},
			[]string{"raw", "known"},
			"db.raw: input raw > stage a > stage b; result: ",
		},
		"a star, a comment, another case and a quoted name": {
			"with A as (select * from \"raw\" -- where\n), \"b c\" AS (SELECT a.* FROM A WHERE x = ')') SELECT 1 FROM \"b c\"",
			[]string{"A", "b c"},
			[]string{"raw"},
			"db.raw: input raw > stage a > stage b c; result: ",
		},
		"a join begins another reading": {
			"WITH a AS (SELECT x FROM raw WHERE x > 0), b AS (SELECT a.x FROM a JOIN other AS o ON o.x = a.x), c AS (SELECT x FROM b WHERE x > 1) SELECT x FROM c",
			[]string{"a", "b", "c"},
			[]string{"raw", "other"},
			"db.raw: input raw > stage a; \"b\": stage b > stage c; db.other: input other; result: ",
		},
		"so do DISTINCT, groups, expressions, values and commas": {
			"WITH a AS (SELECT DISTINCT x FROM raw), b AS (SELECT count(*) AS n FROM raw), c AS (SELECT x + 1 AS x FROM raw), d AS (SELECT x FROM raw, known), e AS (SELECT x FROM raw LIMIT 3) SELECT 1 FROM a, b",
			[]string{"a", "b", "c", "d", "e"},
			[]string{"raw", "known"},
			"\"a\": stage a; \"b\": stage b; \"c\": stage c; \"d\": stage d; \"e\": stage e; db.raw: input raw; result: ",
		},
		"two stages filter the same relation": {
			"WITH a AS (SELECT x FROM raw WHERE x > 0), b AS (SELECT x FROM a WHERE x > 1), c AS (SELECT x FROM a WHERE x > 2) SELECT 1 FROM b, c",
			[]string{"a", "b", "c"},
			[]string{"raw"},
			"db.raw: input raw > stage a > stage b; \"a\": stage a > stage c; result: ",
		},
		"no stages": {"SELECT x FROM raw", nil, []string{"raw"}, "db.raw: input raw; result: "},
	} {
		t.Run(name, func(t *testing.T) {
			if got := strings.Join(made(t, c.sql, c.stages, c.inputs...), "; "); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func FuzzAnySQLCanBeCounted(f *testing.F) {
	f.Add("WITH a AS (SELECT x FROM raw WHERE x > 0) SELECT x FROM a")
	f.Add("WITH a AS (SELECT) , b AS () SELECT")
	f.Add("WITH a(x) AS (SELECT * FROM b AS), b AS (SELECT \" FROM '")
	f.Fuzz(func(t *testing.T, sql string) {
		names := map[string]int{}
		for _, g := range made(t, sql, []string{"a", "b"}, "raw") {
			_, list, _ := strings.Cut(g, ": ")
			for n := range strings.SplitSeq(list, " > ") {
				names[n]++
			}
		}
		if names[""] != 1 {
			t.Errorf("the result is counted %d times", names[""])
		}
	})
}
