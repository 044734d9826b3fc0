package found

import "testing"

func TestALocationIsABucketAndAFolder(t *testing.T) {
	for location, want := range map[string][2]string{
		"s3://bucket/a/b/": {"bucket", "a/b"},
		"s3a://bucket/a b": {"bucket", "a b"},
		"S3N://bucket":     {"bucket", ""},
		"s3://bucket/":     {"bucket", ""},
		"hdfs://host/a":    {"", ""},
		"s3://":            {"", ""},
		"":                 {"", ""},
	} {
		if bucket, folder, ok := split(location); bucket != want[0] || folder != want[1] || ok != (want[0] != "") {
			t.Errorf("%q: bucket %q, folder %q, %v", location, bucket, folder, ok)
		}
	}
}

func TestAFileOfATableHasItsOwnNameInTheBucket(t *testing.T) {
	for _, c := range []struct{ name, at, want string }{
		{"customer/curated/part-0", "out/cc", "out/cc/part-0"},
		{"customer/curated/a/b", "", "a/b"},
		{"customer/curated/", "out/cc", "out/cc"},
		{"customer/curated/_delta_log/", "out", "out/_delta_log/"},
	} {
		if got := theirs(c.name, c.at, "customer/curated"); got != c.want {
			t.Errorf("%s at %q is %q, want %q", c.name, c.at, got, c.want)
		}
	}
}
