//go:build !linux

package query

import (
	"fmt"
	"os"
)

func executable() (string, error) { return os.Executable() }

// confine sets the resource limits of the system. On this system only DuckDB's
// own locks prevent access to other files.
func confine(string) (string, error) {
	if err := limitResources(); err != nil {
		return "", fmt.Errorf("limit resources: %w", err)
	}
	return "resource limits and DuckDB's own locks; this system has no Landlock", nil
}

func seal(string) error { return nil }

// memoryOf is not supported on this system; only DuckDB's own limit applies.
func memoryOf(int) (int64, bool) { return 0, false }
