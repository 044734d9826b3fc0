package athena

import (
	"testing"

	"stedi/pipeline"
)

func TestOnlyChecksThatFilterOneTableAreAnsweredWithItsCount(t *testing.T) {
	for name, c := range map[string]struct {
		sql                string
		messages, inputs   bool // inputs: it reads another table, too
		condition, message string
		not                bool
	}{
		"a condition":           {sql: "SELECT c.x FROM customer AS c WHERE c.x IS NULL;", condition: " c.x IS NULL"},
		"without AS":            {sql: "select c.x from Customer c where c.x = 'FROM where'", condition: " c.x = 'FROM where'"},
		"comments":              {sql: "-- SELECT FROM\nSELECT c.x /* WHERE */ FROM customer AS c WHERE c.x > 1 -- GROUP BY\n", condition: " c.x > 1 -- GROUP BY"},
		"a message":             {sql: "SELECT 'a' || concat(c.x, ',') AS message FROM customer AS c WHERE c.x > 1", messages: true, condition: " c.x > 1", message: " 'a' || concat(c.x, ',') "},
		"a second column":       {sql: "SELECT c.x, 'a' AS message FROM customer AS c WHERE c.x > 1", messages: true, not: true},
		"groups":                {sql: "SELECT c.x FROM customer AS c WHERE c.x > 1 GROUP BY c.x", not: true},
		"different rows":        {sql: "SELECT DISTINCT c.x FROM customer AS c WHERE c.x > 1", not: true},
		"a join":                {sql: "SELECT c.x FROM customer AS c JOIN customer AS d ON c.x = d.x WHERE c.x > 1", not: true},
		"a comma":               {sql: "SELECT c.x FROM customer AS c, customer AS d WHERE c.x > d.x", not: true},
		"a SELECT in it":        {sql: "SELECT c.x FROM customer AS c WHERE c.x > (SELECT max(d.x) FROM customer AS d)", not: true},
		"no condition":          {sql: "SELECT c.x FROM customer AS c", not: true},
		"another table":         {sql: "SELECT c.x FROM customer AS c WHERE c.x > 1", inputs: true, not: true},
		"FROM inside of a call": {sql: "SELECT extract(year FROM c.x) FROM customer AS c WHERE c.x > 1", not: true},
		"a stage":               {sql: "WITH c AS (SELECT x FROM customer) SELECT c.x FROM c WHERE c.x > 1", not: true},
		"a LIMIT":               {sql: "SELECT c.x FROM customer AS c WHERE c.x > 1 LIMIT 1", not: true},
	} {
		t.Run(name, func(t *testing.T) {
			rule := &pipeline.Check{Table: "customer", SQL: c.sql, Messages: c.messages, Inputs: []string{"customer"}, Watch: []string{"x"}}
			if c.inputs {
				rule.Inputs = append(rule.Inputs, "other")
			}
			f, ok := filterOf(rule)
			if ok == c.not || f.Condition != c.condition || f.Message != c.message {
				t.Errorf("%v: condition %q, message %q", ok, f.Condition, f.Message)
			}
		})
	}
}

func TestNamesOfTheCatalogStandInFrontOfAStatement(t *testing.T) {
	aliases := []alias{{Name: "c", Database: "d", Table: "cs"}, {Name: "e", Database: "d", Table: "es", Columns: []aliasColumn{{Name: "a"}, {Name: "b", Type: "bigint"}, {Name: "f", Missing: true, Type: "double"}, {Name: "g", Missing: true}}}}
	const list = `WITH "c" AS (SELECT * FROM "d"."cs"), "e" AS (SELECT "a" AS "a", TRY_CAST("b" AS bigint) AS "b", CAST(NULL AS double) AS "f", NULL AS "g" FROM "d"."es")`
	for sql, want := range map[string]string{
		"SELECT 1":                           list + " SELECT 1",
		"-- WITH\n /* a */ select 1":         "-- WITH\n /* a */ " + list + " select 1",
		"with x as (select 1) select 2":      list + ",  x as (select 1) select 2",
		"(WITH x AS (SELECT 1) SELECT 2)":    list + " (WITH x AS (SELECT 1) SELECT 2)",
		"-- nothing else":                    "-- nothing else" + list + " ",
		"/* not ended":                       "/* not ended" + list + " ",
		"WITHOUT":                            list + " WITHOUT",
		"SELECT * FROM c WHERE c.x = 'WITH'": list + " SELECT * FROM c WHERE c.x = 'WITH'",
	} {
		got, err := naming(sql, aliases)
		if err != nil || got != want {
			t.Errorf("%q becomes\n%s\nwant\n%s (%v)", sql, got, want, err)
		}
	}
}

func FuzzAfterComments(f *testing.F) {
	f.Add("-- a\n/* b */ SELECT 1")
	f.Add("/*")
	f.Fuzz(func(t *testing.T, sql string) {
		if at := afterComments(sql); at < 0 || at > len(sql) {
			t.Errorf("%d is not in a text of %d bytes", at, len(sql))
		}
	})
}

func FuzzFilterOf(f *testing.F) {
	f.Add("SELECT 'a' AS message FROM customer AS c WHERE c.x > 1")
	f.Add("SELECT FROM WHERE")
	f.Fuzz(func(_ *testing.T, sql string) {
		for _, messages := range []bool{true, false} {
			filterOf(&pipeline.Check{Table: "customer", SQL: sql, Messages: messages, Inputs: []string{"customer"}, Watch: []string{"x"}})
		}
	})
}
