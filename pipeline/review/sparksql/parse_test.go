package sparksql

import (
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for _, sql := range []string{
		"select * from myDataSource where shareWithResearchAsOfDate is not null;",
		"SELECT a.*, `c`.`serialNumber` AS s FROM a INNER JOIN c ON a.user = c.email",
		"with x as (select distinct user from at) select c.* from c left semi join x on c.email == x.user -- end",
		"select at.user, at.timestamp from at, ct where at.user = ct.email and at.timestamp >= 0",
		"select count(*) n, max(x) from (select x from a union all select y from b) t group by 1 having count(*) > 1 order by n desc limit 5",
		"select case when x > 0 then 'a' else 'b' end, cast(x as decimal(10, 2)), row_number() over (partition by a order by b desc) from t",
		"select x from t where x not in (1, 2) and y in (select y from u) and not exists (select 1 from v) and z between 1 and 2 or n like 'a%'",
		"select * from a full outer join b using (id) cross join c",
		"select x /* why */ from db.t -1",
	} {
		_, err := Parse(sql)
		if bad := strings.HasSuffix(sql, "-1"); (err != nil) != bad {
			t.Errorf("%s: %v", sql, err)
		}
	}
}

func TestErrorsHaveLines(t *testing.T) {
	for sql, want := range map[string]string{
		"select a\nfrom":                     "line 2: a name is missing",
		"select a from t\nwhere":             "line 2: an expression is missing",
		"select 'a\nfrom t":                  "line 1: a quote is not closed",
		"from t":                             "line 1: SELECT is missing before FROM",
		"select a from t natural join u":     "line 1: NATURAL JOIN is not supported",
		"select " + strings.Repeat("(", 999): "line 1: the query is nested too deeply",
	} {
		if _, err := Parse(sql); err == nil || err.Error() != want {
			t.Errorf("%.40s: %v, want %s", sql, err, want)
		}
	}
}

func TestTables(t *testing.T) {
	q, err := Parse("with c as (select 1 from a) select (select max(x) from d) from c join b on exists (select 1 from s.e) where x in (select y from c)")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, r := range Tables(q) {
		names = append(names, strings.TrimPrefix(r.Schema+"."+r.Name, "."))
	}
	if got := strings.Join(names, " "); got != "a b s.e d" {
		t.Error(got)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("select a.*, `b` from a join c on a.x = c.y where z is not null")
	f.Add("with a as (select 1) select case x when 1 then 2 end from a limit 3")
	f.Fuzz(func(t *testing.T, sql string) {
		q, err := Parse(sql)
		if err == nil {
			Tables(q)
		} else if _, ok := err.(*Error); !ok { //nolint:errorlint // Parse promises the type itself
			t.Errorf("%T", err)
		}
	})
}
