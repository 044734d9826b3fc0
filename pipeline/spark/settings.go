package spark

import (
	"slices"
	"strings"

	"stedi/pipeline"
)

// settings are the values of the engine's flags.
type settings struct {
	home   string
	master string
	conf   []string // KEY=VALUE
}

// reserved are settings of Spark that the engine sets itself, each with the
// reason or an alternative.
var reserved = map[string]string{
	"spark.master":             "use --spark-master",
	"spark.submit.deployMode":  "the driver runs on this machine",
	"spark.eventLog.enabled":   "the progress is read from the event log",
	"spark.eventLog.dir":       "the progress is read from the event log",
	"spark.eventLog.compress":  "the progress is read from the event log",
	"spark.eventLog.buffer.kb": "the progress is read from the event log",
}

// check rejects settings that cannot work, before anything starts.
func (s *settings) check() error {
	if !supported {
		return pipeline.Fail(pipeline.BadUsage, "", "Use Linux or macOS.", "the engine needs process groups, which this system does not have")
	}
	for _, setting := range s.conf {
		key, _, ok := strings.Cut(setting, "=")
		if !ok || !strings.HasPrefix(key, "spark.") || strings.ContainsAny(key, " \t") {
			return pipeline.Fail(pipeline.BadUsage, "", "Write it as in --spark-conf spark.driver.memory=4g.", "--spark-conf %.80q: spark.KEY=VALUE expected", key)
		}
		why, is := reserved[key]
		if !is && strings.HasPrefix(key, "spark.eventLog.rolling.") {
			why, is = reserved["spark.eventLog.dir"], true
		}
		if is {
			return pipeline.Fail(pipeline.BadUsage, "", "Leave it out.", "--spark-conf cannot set %s: %s", key, why)
		}
	}
	return checkMaster(s.master)
}

// value returns the value that --spark-conf gives a key, or "".
func (s *settings) value(key string) string {
	for _, setting := range slices.Backward(s.conf) {
		if value, ok := strings.CutPrefix(setting, key+"="); ok {
			return value
		}
	}
	return ""
}

// python returns the Python that --spark-conf sets for the driver, or "".
func (s *settings) python() string {
	return firstOf(s.value("spark.pyspark.driver.python"), s.value("spark.pyspark.python"))
}
