package spark

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"stedi/pipeline/printable"
)

func TestTheLogShowsWhatMatters(t *testing.T) {
	t.Parallel()
	var got []string
	var f logFilter
	for text := range strings.Lines(`26/11/27 03:54:42 INFO SparkContext: Running Spark version 3.5.4
  and more of it
26/11/27 03:54:42 WARN NativeCodeLoader: Unable to load native-hadoop library for your platform...
WARNING: Using incubator modules: jdk.incubator.vector
Using Spark's default log4j profile: org/apache/spark/log4j2-defaults.properties
26/11/27 03:55:00 WARN TaskSchedulerImpl: Initial job has not accepted any resources
2026-11-27T03:55:01.123Z [main] ERROR StandaloneSchedulerBackend: Application has been killed. Reason: All masters are unresponsive!
java.lang.IllegalStateException: broken
	at org.apache.spark.SparkContext.<init>(SparkContext.scala:1)
	at java.base/java.lang.Thread.run(Thread.java:840)
Caused by: java.net.ConnectException: refused
	... 12 more
26/11/27 03:55:02 INFO ShutdownHookManager: Shutdown hook called
Exception in thread "main" org.apache.spark.SparkException: no
[Stage 3:=====>    (2 + 1) / 4]
` + "\r[Stage 3:> (1 + 1) / 4]\rthe end\x1b[31m\r\n\n" + `2026-11-27 03:54:42,123 DEBUG Utils: x
:: loading settings :: url = jar:file
Picked up JAVA_TOOL_OPTIONS: -Dx
`) {
		if shown := f.take(line{strings.TrimSuffix(text, "\n"), false}); shown != "" {
			got = append(got, shown)
		}
	}
	want := []string{
		"WARN TaskSchedulerImpl: Initial job has not accepted any resources",
		"ERROR StandaloneSchedulerBackend: Application has been killed. Reason: All masters are unresponsive!",
		"java.lang.IllegalStateException: broken", "Caused by: java.net.ConnectException: refused",
		`Exception in thread "main" org.apache.spark.SparkException: no`, "the end␛[31m",
	}
	if !slices.Equal(got, want) {
		t.Errorf("it shows\n%s", strings.Join(got, "\n"))
	}
	if shown := f.take(line{"  INFO is a word\t\x07", true}); shown != "INFO is a word␉␇" {
		t.Errorf("of the script it shows %q", shown)
	}
}

func FuzzLog(f *testing.F) {
	f.Add("26/11/27 03:54:42 WARN A: b\n\tat a.b(C.java:1)\nx\x1b[0m\r\n", true)
	f.Add("26/11/27 03:54:42 INFO A: b\n c\n\xff\u202e", false)
	f.Add("x\\\x7f\x7f\x7f\x7f\x7f\xa3\x10\x80\xae", true)
	f.Fuzz(func(t *testing.T, text string, stdout bool) {
		var filter logFilter
		for l := range strings.SplitSeq(text, "\n") {
			shown := filter.take(line{l, stdout})
			if !utf8.ValidString(shown) || strings.IndexFunc(shown, printable.Hostile) >= 0 || len(shown) > 5*len(l)+5 {
				t.Fatalf("%q is shown as %q", l, shown)
			}
		}
	})
}
