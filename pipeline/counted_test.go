package pipeline_test

import (
	"testing"

	"stedi/pipeline"
)

func TestNounsAreCounted(t *testing.T) {
	for want, got := range map[string]string{
		"1 row": pipeline.Counted(1, "row"), "0 rows": pipeline.Counted(0, "row"), "1 query": pipeline.Counted(1, "query"),
		"12 queries": pipeline.Counted(12, "query"), "2 keys": pipeline.Counted(2, "key"), "81,273 rows": pipeline.Counted(81273, "row"), "1,200 queries": pipeline.Counted(1200, "query"),
		"3 more checks": pipeline.Counted(int64(3), "more check"),
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
