package spark

import (
	"regexp"
	"strings"

	"stedi/pipeline/printable"
)

// A message of Spark's log begins with the time, the level and the class. Some
// installations use another layout, but the level is always a separate word.
var (
	leveled = regexp.MustCompile(`^\[?\d{2,4}[-/]\d{2}[-/]\d{2,4}[ T]\d{2}:\d{2}:\d{2}\S*\s+(?:\[?[^\]\s]+\]?\s+)?(TRACE|DEBUG|INFO|WARN|ERROR|FATAL)\s+(.*)$`)
	// frame matches a line of a Java stack trace.
	frame = regexp.MustCompile(`^\s+at \S+\(|^\s+\.\.\. \d+ (?:more|common frames)`)
	// bar matches Spark's progress bar.
	bar = regexp.MustCompile(`\[Stage \d+:.*\]`)
)

// noise lists the beginnings of messages that are irrelevant for a run.
var noise = []string{
	"NativeCodeLoader: ", "Utils: Your hostname", "Utils: Set SPARK_LOCAL_IP", "WARNING: ", "Picked up ",
	"Using Spark's default log4j profile", "Setting default log level", "To adjust logging level", "Utils: Service ", "GarbageCollectionMetrics: ",
	":: ", "SLF4J: ", "Ivy Default Cache", "The jars for the packages", "SparkConf: Note that spark.local.dir will be overridden",
}

// logFilter selects the lines of Spark's output that are shown.
type logFilter struct {
	quiet bool // the last message with a level was dropped, and so are the indented lines after it
}

// take returns a printable line, or "" for a line that is not shown: messages
// below a warning, stack frames, the progress bar and noise.
func (f *logFilter) take(l line) string {
	text := strings.TrimRight(l.text, " \t\r")
	if at := strings.LastIndexByte(text, '\r'); at >= 0 {
		text = text[at+1:] // the text after the last carriage return
	}
	if l.stdout { // output of the script
		return strings.TrimSpace(printable.Text(text))
	}
	m := leveled.FindStringSubmatch(text)
	if m != nil {
		f.quiet = m[1] == "INFO" || m[1] == "DEBUG" || m[1] == "TRACE" || isNoise(m[2])
		text = m[1] + " " + m[2]
	} else if frame.MatchString(text) || bar.MatchString(text) || isNoise(text) {
		return ""
	}
	if f.quiet && (m != nil || strings.TrimLeft(text, " \t") != text) {
		return ""
	}
	return strings.TrimSpace(printable.Text(text))
}

func isNoise(message string) bool {
	for _, start := range noise {
		if strings.HasPrefix(message, start) {
			return true
		}
	}
	return false
}
