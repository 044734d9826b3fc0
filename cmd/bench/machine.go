package main

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"

	bindings "github.com/duckdb/duckdb-go-bindings"
)

// machine describes the hardware and the versions, without identifying the
// machine.
func machine(here []rival, pins map[string]string) string {
	facts := []string{fmt.Sprintf("%d cores", runtime.NumCPU())}
	if bytes := memory(); bytes > 0 {
		facts = append(facts, fmt.Sprintf("%.0f GB memory", float64(bytes)/(1<<30)))
	}
	facts = append(facts, runtime.GOOS+"/"+runtime.GOARCH, runtime.Version(), "DuckDB "+bindings.LibraryVersion())
	for _, r := range here {
		if fact := r.pip + " " + pins[strings.ToLower(r.pip)]; r.pip != "" && !slices.Contains(facts, fact) {
			facts = append(facts, fact)
		}
	}
	return strings.Join(facts, ", ")
}

// busyFrom is the load of a machine from which its times are not to be trusted:
// more than the benchmark alone causes.
const busyFrom = 0.5

// busy returns a sentence for the tables if the machine does other work already,
// or "".
func busy() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return ""
	}
	first, _, _ := strings.Cut(string(text), " ")
	load, err := strconv.ParseFloat(first, 64)
	if err != nil || load < busyFrom {
		return ""
	}
	return fmt.Sprintf(" **The machine was busy (load %.1f before the first run): compare CPU times, not wall times.**", load)
}

// memory returns the memory of the machine in bytes, or 0 if unknown.
func memory() int64 {
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(text))
	if len(fields) < 2 || fields[0] != "MemTotal:" {
		return 0
	}
	kilobytes, err := strconv.ParseInt(fields[1], 10, 64)
	if err != nil {
		return 0
	}
	return kilobytes << 10
}
