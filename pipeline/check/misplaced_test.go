package check_test

import (
	"testing"

	"stedi/pipeline"
	"stedi/pipeline/check"
	"stedi/pipeline/laketest"
)

// A lake that another tool has built may have a file in the folder of another
// table. All its lines are rows, but not of that table.
func TestAFileWithoutAKeyColumnIsNotReadable(t *testing.T) {
	w := laketest.New(t, laketest.Orders)
	w.Write(t, "people/landing/2.json", "{\"person\":1,\"total\":99}\n")
	record, err := check.Evaluate(t.Context(), w.Runner, check.InspectOptions{AllowMissing: true})
	if err != nil {
		t.Fatal(err)
	}
	c := checkOf(t, record, "readable", "people")
	if c.State != "fail" || c.Severity != "error" || c.Failing != 1 || c.Message != "people/landing/2.json: no line has the key column id" {
		t.Errorf("got %+v", c)
	}
	if len(c.Diagnosis) != 1 || c.Diagnosis[0] != "Its keys are the columns of orders. Move it to orders/landing." {
		t.Errorf("the advice is %q", c.Diagnosis)
	}
	if orders := checkOf(t, record, "readable", "orders"); orders.State != "pass" {
		t.Errorf("got %+v", orders)
	}
	if record.ExitCode != int(pipeline.BadData) {
		t.Errorf("it ends with %d", record.ExitCode)
	}
}
