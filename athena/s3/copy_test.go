package s3

import (
	"net/url"
	"testing"
)

func TestTheSourceOfACopyKeepsItsName(t *testing.T) {
	for _, key := range []string{"a/b.json", "a+b.json", "a b.json", "ä/日本.json", "100%.json", "a?b&c=d#e.json"} {
		got, err := url.QueryUnescape(copySource("lake.example", key)) // as S3 does
		if err != nil || got != "lake.example/"+key {
			t.Errorf("%s is copied from %s (%v)", key, got, err)
		}
	}
}
