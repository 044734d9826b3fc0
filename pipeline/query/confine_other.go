//go:build !linux

package query

import (
	"fmt"
	"os"
)

func executable() (string, error) { return os.Executable() }

// confine limits what the system lets it; nothing here keeps the process from
// files but DuckDB's own locks.
func confine(string, ...string) (string, error) {
	if err := limitResources(); err != nil {
		return "", fmt.Errorf("limit resources: %w", err)
	}
	return "resource limits and DuckDB's own locks; this system has no Landlock", nil
}

func seal(string, ...string) error { return nil }

// memoryOf cannot look into another process here: DuckDB's own limit has to do.
func memoryOf(int) (int64, bool) { return 0, false }
