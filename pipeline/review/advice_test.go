package review_test

import (
	"strings"
	"testing"
)

// TestAdviceFitsTheCause: the advice on a table names the job that is to be
// corrected, which need not be the table's own.
func TestAdviceFitsTheCause(t *testing.T) {
	const (
		customer, accelerometer = "customer_landing_to_trusted.py", "accelerometer_landing_to_trusted.py"
		step, training          = "step_trainer_trusted.py", "machine_learning_curated.py"
	)
	r := newReviewer(t)
	for _, c := range []struct {
		name, file, old, new, id string
		message, advice          string
	}{
		{"no filter, direct reader", customer, "writeFrame(Consented)", "writeFrame(Customers)", "script.rows.accelerometer_trusted", "because of a mistake in customer_trusted;", "Correct customer_trusted: "},
		{"no filter, at the end of the chain", customer, "writeFrame(Consented)", "writeFrame(Customers)", "script.rows.machine_learning_curated", "because of a mistake in customer_trusted;", "Correct customer_trusted: "},
		{"no filter, its own job", customer, "writeFrame(Consented)", "writeFrame(Customers)", "script.rows.customer_trusted", "the rubric has 482", "Keep customers with shareWithResearchAsOfDate > 0."},
		{"an upstream job fails", step, "c.serialNumber", "c.serial", "script.rows.machine_learning_curated", "on the right upstream tables the code gives 43,681", "Correct step_trainer_trusted: "},
		{"a line that is not Python", step, "job.init(", "job.init((", "script.present.step_trainer_trusted", "is not Python", "Correct the line"},
		{"two sinks", accelerometer, "job.commit()", sink("Kept", "accelerometer/trusted", "accelerometer_trusted"), "script.present.accelerometer_trusted", "2 times", "Let one sink"},
		{"a sink in the folder of its source", accelerometer, `path="s3://stedi-lake/accelerometer/trusted/"`, `path="s3://stedi-lake/customer/trusted"`, "script.sink.accelerometer_trusted", "into the folder of customer_trusted", "Let the target node write into a folder"},
		{"measures are lost", training, `paths=["user"]`, `paths=["user", "x"]`, "script.columns.machine_learning_curated", "the columns x are lost", "Keep these columns of step_trainer_trusted and accelerometer_trusted"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := studio()
			if !strings.Contains(f[c.file], c.old) {
				t.Fatalf("%s does not hold %q", c.file, c.old)
			}
			f[c.file] = strings.ReplaceAll(f[c.file], c.old, c.new)
			target := r.judge(t, write(t, f))
			for _, i := range target.Items {
				if i.ID != c.id {
					continue
				}
				if !strings.Contains(i.Message, c.message) || !strings.HasPrefix(i.Feedback, c.advice) {
					t.Errorf("%s: %s\n%s", i.ID, i.Message, i.Feedback)
				}
				return
			}
			t.Errorf("no item %s", c.id)
		})
	}
}
