package query

import (
	"bytes"
	"os"
	"strconv"
)

// memoryOf returns the private memory of a process in bytes, including swap.
func memoryOf(pid int) (int64, bool) {
	status, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return 0, false
	}
	total := int64(0)
	for line := range bytes.Lines(status) {
		name, value, _ := bytes.Cut(line, []byte(":"))
		switch string(name) {
		case "RssAnon", "RssShmem", "VmSwap":
			kilobytes, err := strconv.ParseInt(string(bytes.TrimSuffix(bytes.TrimSpace(value), []byte(" kB"))), 10, 64)
			if err != nil {
				return 0, false
			}
			total += kilobytes << 10
		}
	}
	return total, true
}
