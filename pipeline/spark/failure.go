package spark

import (
	"errors"
	"os/exec"
	"strings"

	"stedi/pipeline"
)

// causes are known causes of failures, recognized by Spark's messages. The
// first match counts.
var causes = []struct {
	says []string
	kind pipeline.Kind
	fix  string
}{
	{[]string{"a line is not a JSON object"}, pipeline.BadData, "`stedi check` lists the malformed lines of each file."},
	{[]string{"S3AFileSystem not found", `No FileSystem for scheme "s3`}, pipeline.BadUsage, getS3A},
	{
		[]string{"AccessDenied", "Access Denied", "AccessControlException", "Permission denied"},
		pipeline.Denied,
		"Let the user that runs Spark, and the workers of the cluster, read and write the lake.",
	},
	{
		[]string{"All masters are unresponsive", "Master removed our application"},
		pipeline.BadEngine,
		"Look at the master's log, and start it again; the cluster must run the same version of Spark.",
	},
	{
		[]string{"OutOfMemoryError", "Java heap space", "GC overhead limit"},
		pipeline.BadEngine,
		"Give the driver more memory: --spark-conf spark.driver.memory=4g (and spark.executor.memory on a cluster).",
	},
	{[]string{"No space left on device"}, pipeline.BadEngine, "Free space on the disk of the lake and of the temporary folder, or set SPARK_LOCAL_DIRS to a folder on another disk."},
	{[]string{"UnsupportedClassVersionError", "getSubject is"}, pipeline.BadUsage, getJava},
	{[]string{"Unrecognized option", "Error: Could not create the Java Virtual Machine", "Invalid maximum heap size"}, pipeline.BadUsage, "Correct the options of --spark-conf, SPARK_SUBMIT_OPTS and spark-defaults.conf."},
	{[]string{"PATH_NOT_FOUND"}, pipeline.BadUsage, "Put the lake in a folder that the driver and all workers see at the same path."},
}

// killedCode is the exit code of a shell whose command was killed.
const killedCode = 128 + 9

// failure returns the error for a failed script. It uses the last output of the
// script, or else the last lines of Spark's log.
func (s *submission) failure(master string) error {
	kind, fix := pipeline.BadEngine, "Read the lines above, and run again."
	said := strings.Join(append(append([]string{}, s.said...), s.last...), "\n")
	for _, cause := range causes {
		if containsAny(said, cause.says) {
			kind, fix = cause.kind, cause.fix
			break
		}
	}
	if exit, ok := errors.AsType[*exec.ExitError](s.process.err); ok && exit.ExitCode() == killedCode {
		fix = "Free memory, or lower --spark-conf spark.driver.memory: the system kills a process when memory runs out."
	}
	for _, text := range s.said {
		if reason, ok := strings.CutPrefix(text, s.table.Name+": "); ok {
			return pipeline.Fail(kind, s.table.Name, fix, "Spark on %s: %s", master, reason)
		}
	}
	lines := append(append([]string{}, s.last...), s.said...)
	if lines = lines[max(0, len(lines)-excerpt):]; len(lines) > 0 {
		return pipeline.Fail(kind, s.table.Name, fix, "Spark on %s: spark-submit ended with %w\n  | %s", master, s.process.err, strings.Join(lines, "\n  | "))
	}
	return pipeline.Fail(kind, s.table.Name, "Run again; spark-submit printed no reason.", "Spark on %s: spark-submit ended with %w", master, s.process.err)
}

func containsAny(text string, parts []string) bool {
	for _, part := range parts {
		if strings.Contains(text, part) {
			return true
		}
	}
	return false
}
