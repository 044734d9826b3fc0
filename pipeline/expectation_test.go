package pipeline_test

import (
	"maps"
	"testing"

	"stedi/pipeline"
)

func TestNearestDataSet(t *testing.T) {
	lake := &pipeline.Lake{Expectations: []pipeline.Expectation{
		{Landing: map[string]int64{"a": 100, "b": 1000}},
		{Landing: map[string]int64{"a": 104, "b": 1000}},
	}}
	for _, test := range []struct{ rows, want map[string]int64 }{
		{map[string]int64{"a": 99, "b": 1000}, map[string]int64{"a": 100, "b": 1000}},
		{map[string]int64{"a": 103, "b": 1001}, map[string]int64{"a": 104, "b": 1000}},
		{map[string]int64{"a": 201, "b": 2001}, map[string]int64{"a": 200, "b": 2000}},
		{map[string]int64{"a": 50, "b": 1000}, nil},
		{map[string]int64{"a": 100}, nil},
		{nil, nil},
	} {
		if got := lake.Nearest(test.rows); !maps.Equal(got, test.want) {
			t.Errorf("the nearest data set of %v is %v instead of %v", test.rows, got, test.want)
		}
	}
}
