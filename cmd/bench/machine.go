package main

import (
	"fmt"
	"os"
	"runtime"
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
		if r.pip != "" {
			facts = append(facts, r.title+" "+pins[r.pip])
		}
	}
	return strings.Join(facts, ", ")
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
