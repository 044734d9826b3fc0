package review_test

import (
	"strings"
	"testing"
)

// TestACauseOfWrongRowsIsNamed: the finding names the known mistake that gives as
// many rows from the same tables, or a join that is not that of the rubric, and
// its correction. It names no cause where the rows fit none.
func TestACauseOfWrongRowsIsNamed(t *testing.T) {
	const (
		customer, accelerometer, curated = "customer_landing_to_trusted.py", "accelerometer_landing_to_trusted.py", "customer_trusted_to_curated.py"
		step                             = "step_trainer_trusted.py"
		none                             = "Correct the job until it gives the number of rows of the rubric."
		noConsent, research              = `956 rows; the rubric has 482; the mistake "Consent is not asked for" also gives 956`, "Keep customers with shareWithResearchAsOfDate > 0."
		eachReading                      = `the rubric has 482; the mistake "One row for each reading" also gives 40,981`
		allCustomers                     = `the mistake "Joined with customer_landing" also gives 81,273`
		crossed                          = `the mistake "Every step with every customer" also gives 13,823,760`
		otherKey, serial                 = `the mistake "Joined on another column" also gives 74`, "Join on c.serialNumber = s.serialNumber."
		readings                         = "Use the inner join of customer_trusted and accelerometer_landing on email = user."
	)
	r := newReviewer(t)
	for _, c := range []struct {
		name, table     string
		submitted       files
		changes         []string // file, old, new, and so on
		message, advice string
	}{
		{"no consent filter, Studio", "customer_trusted", studio(), []string{customer, "writeFrame(Consented)", "writeFrame(Customers)"}, noConsent, research},
		{"no consent filter, SQL", "customer_trusted", sqlNodes(), []string{customer, " where shareWithResearchAsOfDate is not null", ""}, noConsent, research},
		{"no consent filter, DataFrames", "customer_trusted", frames(), []string{customer, "c.filter(c.shareWithResearchAsOfDate.isNotNull())", "c"}, noConsent, research},
		{"no DISTINCT, Studio", "customer_curated", studio(), []string{curated, "writeFrame(Once)", "writeFrame(Kept)"}, eachReading, "Use SELECT DISTINCT"},
		{"no DISTINCT, SQL", "customer_curated", sqlNodes(), []string{curated, "select distinct", "select"}, eachReading, "Use SELECT DISTINCT"},
		{"no DISTINCT, DataFrames", "customer_curated", frames(), []string{curated, ".distinct()", ""}, eachReading, "Use SELECT DISTINCT"},
		{"no DISTINCT after a wrong table", "customer_curated", sqlNodes(), []string{curated, "select distinct", "select", customer, "is not null", "is null"}, `40,292 rows; the rubric has 482; on the right upstream tables it gives 40,981, as does the mistake "One row for each reading"`, "Use SELECT DISTINCT"},
		{"landing, Studio", "accelerometer_trusted", studio(), []string{accelerometer, "customer/trusted/", "customer/landing/"}, allCustomers, "Read customer_trusted instead of customer_landing."},
		{"landing, SQL", "accelerometer_trusted", sqlNodes(), []string{accelerometer, "customer_trusted", "customer_landing"}, allCustomers, "Read customer_trusted instead of customer_landing."},
		{"landing, DataFrames", "accelerometer_trusted", frames(), []string{accelerometer, "customer/trusted", "customer/landing"}, allCustomers, "Read customer_trusted instead of customer_landing."},
		{"cross join, Studio", "step_trainer_trusted", studio(), []string{step, " ON s.serialNumber = c.serialNumber", ""}, crossed, serial},
		{"cross join, DataFrames", "step_trainer_trusted", frames(), []string{step, `s.join(c, s.serialNumber == c.serialNumber, "inner")`, "s.crossJoin(c)"}, crossed, serial},
		{"another key, SQL", "step_trainer_trusted", sqlNodes(), []string{step, "s.serialnumber = c.serialnumber", "s.sensorreadingtime = c.registrationdate"}, otherKey, serial},
		{"another key, DataFrames", "step_trainer_trusted", frames(), []string{step, "s.serialNumber == c.serialNumber", "s.sensorReadingTime == c.registrationDate"}, otherKey, serial},
		{"a key that matches nothing", "accelerometer_trusted", studio(), []string{accelerometer, `keys2=["email"]`, `keys2=["serialNumber"]`}, "0 rows; the rubric has 40,981; no join on email = user was found", readings},
		{"no join", "accelerometer_trusted", sqlNodes(), []string{accelerometer, " inner join customer_trusted c on a.user = c.email", ""}, "the rubric has 40,981; the job joins nothing", readings},
		{"an outer join", "step_trainer_trusted", studio(), []string{step, "JOIN customers", "LEFT JOIN customers"}, "the rubric has 14,460; a left join keeps rows without a match", "Use the inner join of step_trainer_landing and customer_curated on serialNumber."},
		{"rows that fit no mistake", "customer_trusted", sqlNodes(), []string{customer, "is not null", "is not null limit 400"}, "400 rows; the rubric has 482", none},
		{"no rows, which fit several mistakes", "customer_trusted", sqlNodes(), []string{customer, "is not null", "< 0"}, "0 rows; the rubric has 482", none},
	} {
		t.Run(c.name, func(t *testing.T) {
			for i := 0; i < len(c.changes); i += 3 {
				file, old := c.changes[i], c.changes[i+1]
				if !strings.Contains(c.submitted[file], old) {
					t.Fatalf("%s does not hold %q", file, old)
				}
				c.submitted[file] = strings.ReplaceAll(c.submitted[file], old, c.changes[i+2])
			}
			for _, i := range r.judge(t, write(t, c.submitted)).Items {
				if i.ID != "script.rows."+c.table {
					continue
				}
				if !strings.HasSuffix(i.Message, c.message) || !strings.HasPrefix(i.Feedback, c.advice) {
					t.Errorf("%s\n%s", i.Message, i.Feedback)
				}
				return
			}
			t.Error("no item")
		})
	}
}
