package run_test

import (
	"testing"

	"stedi/pipeline"
	"stedi/pipeline/laketest"
)

func TestAFileOfAnotherLandingTableIsSentThere(t *testing.T) {
	w := laketest.New(t, laketest.Orders)
	w.Write(t, "people/landing/2.json", "{\"Person\":1,\"total\":99}\n")
	w.Write(t, "people/landing/3.json", "{\"person\":1,\"total\":98}\n")
	_, err := w.Run(t, pipeline.RunOptions{})
	want := "people: people/landing/2.json and 1 more file: no line has the key column id\n  Its keys are the columns of orders. Move it to orders/landing."
	if pipeline.KindOf(err) != pipeline.BadData || err.Error() != want {
		t.Errorf("got %v", err)
	}
}

func TestAFileWithoutAKeyColumnOfNoOtherTableHasNoOtherPlace(t *testing.T) {
	w := laketest.New(t, laketest.Orders)
	w.Write(t, "people/landing/2.json", "{\"person\":1,\"total\":99,\"name\":\"\"}\n")
	_, err := w.Run(t, pipeline.RunOptions{})
	want := "people: people/landing/2.json: no line has the key column id\n  Look for another spelling of the key, or fix the producer."
	if err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
}
